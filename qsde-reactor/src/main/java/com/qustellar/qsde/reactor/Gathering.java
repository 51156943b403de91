package com.qustellar.qsde.reactor;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Makes writes of the buffers of one body: large buffers as they came, small ones gathered first.
 *
 * <p>Ownership: what is kept of a buffer is retained and belongs to its write, whoever takes that;
 * the gathering buffer belongs to this object until it is a write. Not thread-safe: its owner
 * guards it.
 */
final class Gathering {

  /** What is to be written. */
  record Write(ByteBuf data, long offset) {}

  private final int size;
  private final Queue<Write> due;
  private long position;
  private @Nullable ByteBuf gathered;

  /**
   * Begins.
   *
   * @param position the offset of the first byte
   * @param size how many bytes are gathered
   * @param writes how many are due at once, as a rule
   */
  Gathering(long position, int size, int writes) {
    this.position = position;
    this.size = size;
    this.due = new ArrayDeque<>(writes);
  }

  /** Returns the offset after the last byte that has been taken over. */
  long position() {
    return position;
  }

  /**
   * Takes bytes over: written as they are when there are many, else gathered.
   *
   * @param end the offset after the last byte that is wanted
   */
  void add(ByteBuf data, long end) {
    int length = data.readableBytes();
    ByteBuf gathering = gathered;
    if (gathering != null && gathering.writableBytes() < length) {
      flush();
      gathering = null;
    }
    // The last bytes of a segment, all of a small file say, have nothing to wait for.
    boolean whole = gathering == null && (length >= size / 4 || position + length == end);
    if (gathering == null && !whole) {
      // No more than can come; and before anything is counted, as it may fail.
      int room = (int) Math.min(size, end - position);
      gathering = Buffers.POOL.directBuffer(room, room);
      gathered = gathering;
    }
    long offset = position;
    position += length;
    if (whole || gathering == null) {
      due.add(new Write(data.retain(), offset));
      return;
    }
    gathering.writeBytes(data);
    if (!gathering.isWritable()) {
      flush();
    }
  }

  /** What has been gathered waits for no more. */
  void flush() {
    ByteBuf full = gathered;
    if (full != null) {
      gathered = null;
      due.add(new Write(full, position - full.readableBytes()));
    }
  }

  /** Returns how many writes are due. */
  int due() {
    return due.size();
  }

  /** Takes out the write that is due next; null if none is. */
  @Nullable Write poll() {
    return due.poll();
  }
}
