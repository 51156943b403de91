package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.journal.Claim;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.zip.CRC32C;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads again what an earlier run has left, in the order of the file, while the rest is fetched:
 * only bytes that still have the checksum of their claim count as written.
 */
final class ResumeCheck {

  private static final int BLOCK = 512 << 10;

  /** Hears what becomes of each claim, one call at a time. */
  interface Outcome {
    /** The bytes are there. */
    void confirmed(Claim claim);

    /** They are not, and must be fetched. */
    void refuted(Claim claim);
  }

  private ResumeCheck() {}

  /** Checks the claims when subscribed to. */
  static Mono<Void> run(PartBytes file, List<Claim> claims, Outcome outcome) {
    return Flux.fromIterable(claims)
        .concatMap(
            claim ->
                crc(file, claim)
                    .doOnNext(
                        crc -> {
                          if (crc == claim.crc()) {
                            outcome.confirmed(claim);
                          } else {
                            outcome.refuted(claim);
                          }
                        }),
            1)
        .then();
  }

  private static Mono<Integer> crc(PartBytes file, Claim claim) {
    return Mono.defer(
        () -> {
          CRC32C crc = new CRC32C();
          long end = claim.range().endExclusive();
          return Flux.<Long, Long>generate(
                  claim.range()::start,
                  (at, sink) -> {
                    sink.next(at);
                    if (at + BLOCK >= end) {
                      sink.complete();
                    }
                    return at + BLOCK;
                  })
              .concatMap(at -> add(crc, file, at, (int) Math.min(BLOCK, end - at)), 1)
              .then(Mono.fromSupplier(() -> (int) crc.getValue()));
        });
  }

  private static Mono<Void> add(CRC32C crc, PartBytes file, long at, int length) {
    return Mono.create(
        sink -> {
          ByteBuf block = Buffers.POOL.directBuffer(length, length);
          file.read(
              block,
              at,
              failure -> {
                try {
                  crc.update(block.nioBuffer());
                } finally {
                  block.release();
                }
                if (failure == null) {
                  sink.success();
                } else {
                  sink.error(failure);
                }
              });
        });
  }
}
