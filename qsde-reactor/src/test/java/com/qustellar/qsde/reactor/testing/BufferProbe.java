package com.qustellar.qsde.reactor.testing;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Knows every buffer that Netty tracks and nobody has released. Netty itself reports a leak when
 * the garbage collector happens to find one and another buffer is allocated afterwards; counting
 * what is open needs neither, and so misses none and says the same in every run.
 */
final class BufferProbe implements LeakProbe {

  private static final Set<Tracker<?>> OPEN = ConcurrentHashMap.newKeySet();
  private static final AtomicLong NEXT = new AtomicLong();

  BufferProbe() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    // Netty keeps the detector that was there when its buffers' class was loaded.
    long before = NEXT.get();
    ByteBufAllocator.DEFAULT.buffer(1).release();
    if (NEXT.get() == before) {
      throw new IllegalStateException("a buffer was allocated before leaks could be watched");
    }
  }

  @Override
  public Supplier<List<Leak>> begin() {
    long first = NEXT.get();
    return () ->
        OPEN.stream()
            .filter(tracker -> tracker.number >= first && !tracker.isConstant())
            .map(tracker -> new Leak(tracker, "a buffer was not released: " + tracker))
            .toList();
  }

  private static final class Factory extends ResourceLeakDetectorFactory {

    @Override
    @SuppressWarnings("deprecation") // Abstract, and called by the method that replaced it.
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      return new Detector<>(resource, samplingInterval);
    }
  }

  private static final class Detector<T> extends ResourceLeakDetector<T> {

    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    public ResourceLeakTracker<T> track(T resource) {
      return new Tracker<>(super.trackForcibly(resource));
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T resource) {
      return track(resource);
    }

    /** What Netty finds is already known here. */
    @Override
    protected boolean needReport() {
      return false;
    }
  }

  private static final class Tracker<T> implements ResourceLeakTracker<T> {

    private final ResourceLeakTracker<T> records;
    private final long number = NEXT.getAndIncrement();

    Tracker(ResourceLeakTracker<T> records) {
      this.records = records;
      OPEN.add(this);
    }

    @Override
    public void record() {
      records.record();
    }

    @Override
    public void record(Object hint) {
      records.record(hint);
    }

    @Override
    public boolean close(T resource) {
      OPEN.remove(this);
      return records.close(resource);
    }

    @Override
    public Throwable getCloseStackTraceIfAny() {
      return records.getCloseStackTraceIfAny();
    }

    /** Constants such as a codec's line ends are made with their class and never released. */
    boolean isConstant() {
      return toString().contains(".<clinit>(");
    }

    @Override
    public String toString() {
      return records.toString();
    }
  }
}
