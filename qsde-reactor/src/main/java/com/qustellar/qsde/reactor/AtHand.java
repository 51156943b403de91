package com.qustellar.qsde.reactor;

import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Written buffers that a digest has at hand, so that it need not read them back, as far as there is
 * room for them.
 *
 * <p>Ownership: a buffer belongs to this object until it is {@linkplain #take taken}. Not
 * thread-safe: its owner guards it.
 */
final class AtHand {

  /** What is kept at most, and how far ahead of the digest. */
  private static final int MOST = 24 << 20;

  /** What is kept whatever room there is. */
  private static final int FREE = 4 << 20;

  private final MemoryBudget budget;
  private final TreeMap<Long, ByteBuf> buffers = new TreeMap<>();
  private long bytes;
  private int charged;

  /** Begins with nothing. */
  AtHand(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Keeps what is written at the offset, if it is near and there is room; it stays the caller's.
   */
  void keep(long offset, ByteBuf data, long hashed) {
    int length = data.readableBytes();
    if (offset + length - hashed > MOST || !findsRoom(length)) {
      return;
    }
    ByteBuf before = buffers.put(offset, data.retainedSlice());
    bytes += length;
    if (before != null) {
      // Written again, with the same bytes: ranges had been refused meanwhile.
      letGo(before);
    }
  }

  private boolean findsRoom(int length) {
    long kept = bytes + length;
    if (kept > MOST) {
      return false;
    }
    int more = (int) Math.max(0, kept - FREE - charged);
    if (more > 0 && !budget.spare(more)) {
      return false;
    }
    charged += more;
    return true;
  }

  /** Gives the buffer at the offset to the caller; null if none begins there. */
  @Nullable ByteBuf take(long offset) {
    ByteBuf taken = buffers.remove(offset);
    if (taken != null) {
      bytes -= taken.readableBytes();
    }
    return taken;
  }

  /** Returns where the first buffer begins; the maximum if there is none. */
  long first() {
    return buffers.isEmpty() ? Long.MAX_VALUE : buffers.firstKey();
  }

  /** Lets go of buffers that begin before the offset: what was read back has overtaken them. */
  void dropBefore(long offset) {
    Map<Long, ByteBuf> passed = buffers.headMap(offset);
    passed.values().forEach(this::letGo);
    passed.clear();
  }

  void dropAll() {
    dropBefore(Long.MAX_VALUE);
  }

  private void letGo(ByteBuf kept) {
    bytes -= kept.readableBytes();
    kept.release();
  }

  /** Returns how much of the budget is not needed any more; the caller gives it back. */
  int unneeded() {
    int back = (int) Math.max(0, charged - Math.max(0, bytes - FREE));
    charged -= back;
    return back;
  }
}
