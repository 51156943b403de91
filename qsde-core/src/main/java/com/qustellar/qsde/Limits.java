package com.qustellar.qsde;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How much an engine does at once; immutable, and exchangeable while downloads run. */
public final class Limits {

  /** The engine finds the number itself. */
  public static final int AUTO = 0;

  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final Limits DEFAULTS = new Limits(new Values());

  private final Values values;

  private Limits(Values values) {
    this.values = values;
  }

  /** {@return the defaults, which each wither names} */
  public static Limits defaults() {
    return DEFAULTS;
  }

  /**
   * {@return a copy with another number of downloads at once}
   *
   * @param downloads at least 1; 8 by default
   * @throws IllegalArgumentException if it is less
   */
  public Limits withMaxConcurrentDownloads(int downloads) {
    int checked = (int) atLeast("the number of concurrent downloads", downloads, 1);
    return with(v -> v.maxConcurrentDownloads = checked);
  }

  /** {@return how many downloads run at once; the others are queued} */
  public int maxConcurrentDownloads() {
    return values.maxConcurrentDownloads;
  }

  /**
   * {@return a copy with another number of connections a download}
   *
   * <p>While downloads run, a lower number counts as segments end, none of which is cut short; a
   * higher one at once. What is left of a connection that falls far behind the others, and near the
   * end of a file the rest of the slowest segment, is given to others.
   *
   * @param connections at least 1, or {@link #AUTO}: the default, which begins with 4, takes twice
   *     as many as long as that brings more throughput, up to 16, and leaves other downloads their
   *     share of {@link #connectionsPerHost}. A file of which a digest is computed, from a server
   *     or proxy less than a millisecond away, as Linux tells it, comes over one for as long as
   *     that brings 64 MiB a second or waits for the digest: others would bring what that has to
   *     read back
   * @throws IllegalArgumentException if it is negative
   */
  public Limits withConnectionsPerDownload(int connections) {
    int checked = (int) atLeast("the number of connections a download", connections, AUTO);
    return with(v -> v.connectionsPerDownload = checked);
  }

  /** {@return how many connections a download uses at most, or {@link #AUTO}} */
  public int connectionsPerDownload() {
    return values.connectionsPerDownload;
  }

  /**
   * {@return a copy with another number of connections a host}
   *
   * @param connections at least 1; 16 by default
   * @throws IllegalArgumentException if it is less
   */
  public Limits withConnectionsPerHost(int connections) {
    int checked = (int) atLeast("the number of connections a host", connections, 1);
    return with(v -> v.connectionsPerHost = checked);
  }

  /** {@return how many connections all downloads together open to one host} */
  public int connectionsPerHost() {
    return values.connectionsPerHost;
  }

  /**
   * {@return a copy that gathers another number of bytes before each write}
   *
   * @param bytes at least 4 KiB; 256 KiB by default
   * @throws IllegalArgumentException if it is less
   */
  public Limits withWriteBufferSize(int bytes) {
    int checked = (int) atLeast("the write buffer's size in bytes", bytes, 4 * KIB);
    return with(v -> v.writeBufferSize = checked);
  }

  /** {@return how many bytes of a segment are gathered for one write} */
  public int writeBufferSize() {
    return values.writeBufferSize;
  }

  /**
   * {@return a copy with another segment size}
   *
   * @param bytes at least 64 KiB, below which requests cost more than they fetch, or {@link #AUTO}:
   *     the default, which asks for 4 MiB first, for up to 128 MiB while much of a large file is
   *     left, and for less again towards its end
   * @throws IllegalArgumentException if it is less
   */
  public Limits withSegmentSize(long bytes) {
    long checked = bytes == AUTO ? AUTO : atLeast("the segment size in bytes", bytes, 64 * KIB);
    return with(v -> v.segmentSize = checked);
  }

  /** {@return the length in bytes of the range that one request asks for, or {@link #AUTO}} */
  public long segmentSize() {
    return values.segmentSize;
  }

  /**
   * {@return a copy with another memory budget}
   *
   * @param bytes at least 1 MiB; 64 MiB by default. An engine takes half of the direct memory that
   *     the JVM allows at most
   * @throws IllegalArgumentException if it is less
   */
  public Limits withMemoryBudget(long bytes) {
    long checked = atLeast("the memory budget in bytes", bytes, MIB);
    return with(v -> v.memoryBudget = checked);
  }

  /**
   * {@return how many bytes, engine-wide, may be received and not yet written; half of it is also
   * for what a digest has not come to yet}
   */
  public long memoryBudget() {
    return values.memoryBudget;
  }

  /**
   * {@return a copy with another speed of all downloads together}
   *
   * @param bytes bytes a second, at least 1, or {@link #UNLIMITED}: the default
   * @throws IllegalArgumentException if it is less
   */
  public Limits withBytesPerSecond(long bytes) {
    long checked = atLeast("the limit in bytes a second", bytes, 1);
    return with(v -> v.bytesPerSecond = checked);
  }

  /** {@return the speed in bytes a second that all downloads share, or {@link #UNLIMITED}} */
  public long bytesPerSecond() {
    return values.bytesPerSecond;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Limits that && values.list().equals(that.values.list());
  }

  @Override
  public int hashCode() {
    return values.list().hashCode();
  }

  @Override
  public String toString() {
    return "Limits[maxConcurrentDownloads="
        + maxConcurrentDownloads()
        + ", connectionsPerDownload="
        + shown(connectionsPerDownload())
        + ", connectionsPerHost="
        + connectionsPerHost()
        + ", writeBufferSize="
        + writeBufferSize()
        + ", segmentSize="
        + shown(segmentSize())
        + ", memoryBudget="
        + memoryBudget()
        + ", bytesPerSecond="
        + shown(bytesPerSecond())
        + "]";
  }

  private static String shown(long value) {
    return value == AUTO ? "auto" : value == UNLIMITED ? "unlimited" : String.valueOf(value);
  }

  static long atLeast(String what, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(what + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  private Limits with(Consumer<Values> change) {
    return new Limits(values.with(change));
  }

  private static final class Values extends Fields<Values> {
    int maxConcurrentDownloads = 8;
    int connectionsPerDownload = AUTO;
    int connectionsPerHost = 16;
    int writeBufferSize = 256 * KIB;
    long segmentSize = AUTO;
    long memoryBudget = 64 * MIB;
    long bytesPerSecond = UNLIMITED;

    List<Long> list() {
      return List.of(
          (long) maxConcurrentDownloads,
          (long) connectionsPerDownload,
          (long) connectionsPerHost,
          (long) writeBufferSize,
          segmentSize,
          memoryBudget,
          bytesPerSecond);
    }
  }
}
