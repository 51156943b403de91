package com.qustellar.qsde.examples.cluster.s3;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Cuts a body into parts, without a copy; for one body. */
final class PartCutter {

  private final PartSizes sizes;
  private final CRC32C whole = new CRC32C();
  private final CRC32C current = new CRC32C();
  private List<ByteBuffer> buffers = new ArrayList<>();
  private int number = 1;
  private long held;
  private long bytes;

  PartCutter(PartSizes sizes) {
    this.sizes = sizes;
  }

  /** Returns the parts in their order; nothing of an empty body. Of one more is read as asked. */
  Flux<Part> cut(Flux<ByteBuffer> body) {
    return body.flatMapIterable(this::add, 1).concatWith(Mono.fromSupplier(this::rest));
  }

  /** Returns how many bytes have passed. */
  long bytes() {
    return bytes;
  }

  /** Returns the CRC32C of all that has passed. */
  String crc32c() {
    return text(whole);
  }

  private List<Part> add(ByteBuffer next) {
    List<Part> full = List.of();
    while (next.hasRemaining()) {
      int length = (int) Math.min(next.remaining(), sizes.size(number) - held);
      ByteBuffer slice = next.slice(next.position(), length);
      next.position(next.position() + length);
      whole.update(slice.duplicate());
      current.update(slice.duplicate());
      buffers.add(slice);
      held += length;
      bytes += length;
      if (held == sizes.size(number)) {
        full = full.isEmpty() ? new ArrayList<>() : full;
        full.add(part(false));
      }
    }
    return full;
  }

  private @Nullable Part rest() {
    return held == 0 ? null : part(true);
  }

  private Part part(boolean rest) {
    Part part = new Part(number, buffers, held, text(current), rest);
    buffers = new ArrayList<>();
    current.reset();
    held = 0;
    number++;
    return part;
  }

  /** S3 writes checksums in Base64, the first byte the highest. */
  private static String text(Checksum checksum) {
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
  }
}
