package com.qustellar.qsde.reactor;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.scheduler.Schedulers;

/**
 * A stream as an {@link InputStream}, for one thread that may block.
 *
 * <p>Holds three buffers at most. The reader parks and is woken, without a lock that the one who
 * brings bytes would have to wait for.
 */
final class StreamInput extends InputStream implements CoreSubscriber<ByteBuffer> {

  private static final int AHEAD = 2;

  private final Queue<ByteBuffer> arrived = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Subscription upstream;
  private volatile @Nullable Throwable failure;
  private volatile boolean complete;
  private volatile boolean closed;
  private volatile @Nullable Thread reader;

  // Of the reader alone.
  private ByteBuffer current = ByteBuffer.allocate(0);

  // ---- the subscriber

  @Override
  public void onSubscribe(Subscription subscription) {
    upstream = subscription;
    subscription.request(AHEAD);
  }

  @Override
  public void onNext(ByteBuffer bytes) {
    arrived.add(bytes);
    wake();
  }

  @Override
  public void onError(Throwable thrown) {
    failure = thrown;
    complete = true;
    wake();
  }

  @Override
  public void onComplete() {
    complete = true;
    wake();
  }

  private void wake() {
    LockSupport.unpark(reader);
  }

  // ---- the reader

  @Override
  public int read() throws IOException {
    return fill() ? current.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, current.remaining());
    current.get(into, offset, count);
    return count;
  }

  @Override
  public int available() {
    return current.remaining();
  }

  /** Has a byte in the current buffer; returns whether there is one. */
  private boolean fill() throws IOException {
    checkOpen();
    while (!current.hasRemaining()) {
      // Read before the queue, as nothing arrives behind the end.
      boolean last = complete;
      ByteBuffer next = arrived.poll();
      if (next != null) {
        current = next;
        Objects.requireNonNull(upstream).request(1);
      } else if (!last) {
        park();
        // By another thread meanwhile, perhaps: then nothing arrives any more.
        checkOpen();
      } else if (failure == null) {
        return false;
      } else {
        throw new IOException(failure.getMessage(), failure);
      }
    }
    return true;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream is closed");
    }
  }

  private void park() throws IOException {
    if (Schedulers.isInNonBlockingThread()) {
      throw new IllegalStateException("this thread must not block, and no byte is here yet");
    }
    reader = Thread.currentThread();
    if (arrived.isEmpty() && !complete && !closed) {
      LockSupport.park(this);
    }
    if (Thread.interrupted()) {
      // As the blocking streams of the JDK's channels do: who is interrupted wants no more of it.
      close();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for bytes");
    }
  }

  @Override
  public void close() {
    closed = true;
    Subscription source = upstream;
    if (source != null) {
      source.cancel();
    }
    wake();
  }
}
