package com.qustellar.qsde.reactor;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Where the buffers of a download come from.
 *
 * <p>The pooled allocator, not Netty's default one: that one gives the memory of buffers as large
 * as ours back to the system between two reads, so that each GiB has some 50,000 pages faulted in
 * and filled with zeros anew, a third of a whole download's time.
 */
final class Buffers {

  static final ByteBufAllocator POOL = PooledByteBufAllocator.DEFAULT;

  private Buffers() {}
}
