package com.qustellar.qsde.reactor;

import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCounted;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLEngine;

/**
 * Gives back what OpenSSL's contexts hold outside the heap, which no collector frees.
 *
 * <p>Who can make connections with a context, a client or a pool of them, holds a handle of it, and
 * only the collector knows when the last one of these has forgotten it. Then nobody can make
 * another one, and those that are open hold the context themselves. What was found to be forgotten
 * is given back when the next context is made: whoever makes no more has no more to lose.
 */
final class NativeContexts {

  private final ReferenceQueue<SslContext> forgotten = new ReferenceQueue<>();

  // Guarded by this.
  private final Set<Reference<?>> held = new HashSet<>();
  private boolean closed;

  /** What stands for a context. */
  private static final class Handle extends DelegatingSslContext {

    Handle(SslContext context) {
      super(context);
    }

    /**
     * Called once the engine of a connection has been made: from then on it holds the context, and
     * until then this must not be forgotten.
     */
    @Override
    @SuppressWarnings("ReachabilityFenceUsage") // where none has been made, none is to be kept
    protected void initEngine(SSLEngine engine) {
      Reference.reachabilityFence(this);
    }
  }

  private static final class Held extends PhantomReference<SslContext> {
    private final ReferenceCounted context;

    Held(SslContext handle, ReferenceCounted context, ReferenceQueue<SslContext> forgotten) {
      super(handle, forgotten);
      this.context = context;
    }
  }

  /** Returns what stands for a context that has just been made: itself, if it is the JDK's. */
  synchronized SslContext handle(SslContext context) {
    for (Reference<?> next = forgotten.poll(); next != null; next = forgotten.poll()) {
      release(next);
    }
    if (!(context instanceof ReferenceCounted counted)) {
      return context;
    }
    SslContext handle = new Handle(context);
    held.add(new Held(handle, counted, forgotten));
    if (closed) {
      close();
    }
    return handle;
  }

  /** Gives all of them back, once there are no connections any more. */
  synchronized void close() {
    closed = true;
    Set.copyOf(held).forEach(this::release);
  }

  private void release(Reference<?> reference) {
    if (held.remove(reference) && reference instanceof Held last) {
      last.context.release();
    }
  }
}
