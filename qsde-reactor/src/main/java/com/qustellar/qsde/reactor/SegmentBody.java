package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.internal.plan.ByteRange;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What one exchange brings of a segment: the body that is written, from where the last one broke to
 * where the segment ends, which may change on the way.
 *
 * <p>The bodies of answers that bring nothing of it are read to their end, if that is near.
 */
final class SegmentBody {

  /** What is read of a body that is not wanted, so that its connection can be used again. */
  private static final int DRAIN = 16 << 10;

  private final FileFetch file;
  private final long from;
  private volatile long end;
  private volatile long start;
  private volatile @Nullable SegmentWriter writer;
  private volatile long drained = StallWatch.CONTENT;

  // Guarded by this.
  private boolean givenUp;

  SegmentBody(FileFetch file, long from, long end) {
    this.file = file;
    this.from = from;
    this.end = end;
  }

  // ---- how far it has come

  /** Returns the offset of the first byte that is wanted. */
  long from() {
    return from;
  }

  /** Returns the offset after the last byte that has been given to a write. */
  long position() {
    SegmentWriter body = writer;
    return body == null ? from : body.position();
  }

  /** Returns where the segment ends, which the answer may have moved; the maximum if unknown. */
  long end() {
    return end;
  }

  /** Returns what is wanted. */
  ByteRange range() {
    return new ByteRange(from, end);
  }

  /** Returns how many bytes have come so far. */
  long brought() {
    SegmentWriter body = writer;
    return body == null ? 0 : body.position() - start;
  }

  /** Returns whether a body is being received. */
  boolean isReceiving() {
    return writer != null;
  }

  /** Returns whether bytes are wanted now which have not come. */
  boolean isWaiting() {
    SegmentWriter body = writer;
    return body != null && body.activity() != StallWatch.CONTENT;
  }

  /** Returns what {@link StallWatch} is told of an answer. */
  long activity() {
    SegmentWriter body = writer;
    return body == null ? drained : body.activity();
  }

  // ---- where it ends

  /** The answer has told where the segment ends. */
  void endsAt(long offset) {
    end = offset;
  }

  /** Has the body end sooner; returns whether it does, as it may be there already. */
  synchronized boolean cut(long at) {
    SegmentWriter body = writer;
    boolean possible = body == null ? at > from && at < end : body.cut(at);
    if (possible) {
      end = at;
    }
    return possible;
  }

  /** Ends a body that is being received where it is: the connection is not worth the wait. */
  void giveUp() {
    SegmentWriter body;
    synchronized (this) {
      givenUp = true;
      body = writer;
    }
    if (body != null) {
      body.giveUp();
    }
  }

  private synchronized boolean isGivenUp() {
    return givenUp;
  }

  // ---- what becomes of the bodies

  /** Another answer is asked for, of which nothing has been read. */
  void asked() {
    drained = StallWatch.CONTENT;
  }

  /**
   * Writes the body of an answer.
   *
   * @param uri who gives it
   * @param position the offset of the first byte that is written
   * @param skip how many bytes come before that
   * @param promised the offset that the body reaches if it is whole; the maximum if nobody knows
   */
  Mono<Void> write(Flux<ByteBuf> content, URI uri, long position, long skip, long promised) {
    return Mono.deferContextual(
        context -> {
          SegmentWriter next;
          synchronized (this) {
            start = position;
            next = file.writer(position, Math.min(end, promised), skip, context);
            writer = next;
          }
          return next.write(content).then(Mono.defer(() -> check(uri, next.position(), promised)));
        });
  }

  /** A body may end early without an error: the bytes count. */
  private Mono<Void> check(URI uri, long position, long promised) {
    if (promised == Long.MAX_VALUE) {
      end = position;
    } else if (position < Math.min(promised, end) && !isGivenUp()) {
      return Mono.error(new DownloadException.ConnectionLost(uri, file.target(), null));
    }
    return Mono.empty();
  }

  /** Reads a short body to its end, and gives up a long one with its connection. */
  Mono<Void> drain(Flux<ByteBuf> content) {
    return content
        .map(ByteBuf::readableBytes)
        .scan(0, Integer::sum)
        .doOnNext(total -> drained = total)
        .takeWhile(total -> total <= DRAIN)
        .then()
        // The head has told all that was wanted: a body that breaks changes nothing of it.
        .onErrorComplete();
  }

  /** Completes once every write has ended; fails if one failed. */
  Mono<Void> idle() {
    SegmentWriter body = writer;
    return body == null ? Mono.empty() : body.idle();
  }
}
