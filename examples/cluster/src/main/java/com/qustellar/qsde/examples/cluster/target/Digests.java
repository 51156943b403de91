package com.qustellar.qsde.examples.cluster.target;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;

/** The digest of a file that is there. */
public final class Digests {

  private static final int BLOCK = 256 << 10;

  private Digests() {}

  /**
   * {@return the digest of a file} Blocks.
   *
   * @param file to read; no link is followed
   * @param algorithm of the digest
   * @throws IOException if it can't be read
   */
  public static Checksum of(Path file, HashAlgorithm algorithm) throws IOException {
    MessageDigest digest = algorithm.newDigest();
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
    }
    return Checksum.of(algorithm, digest.digest());
  }
}
