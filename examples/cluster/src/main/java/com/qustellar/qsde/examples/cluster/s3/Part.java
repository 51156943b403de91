package com.qustellar.qsde.examples.cluster.s3;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A part of an object, in memory.
 *
 * @param number 1 for the first
 * @param buffers its bytes
 * @param bytes how many they are
 * @param crc32c their CRC32C, as S3 writes it
 * @param rest whether it is shorter than a part is, and so the last
 */
record Part(int number, List<ByteBuffer> buffers, long bytes, String crc32c, boolean rest) {}
