package com.qustellar.qsde.reactor;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a stream that wait for their turn, by their offsets. Not thread-safe: its owner
 * guards it.
 */
final class StreamChunks {

  /** Smaller than this is gathered while its turn has not come: an object a byte is too much. */
  private static final int SMALL = 1 << 10;

  private static final int ROOM = 4 << 10;

  private final NavigableMap<Long, Chunk> chunks = new TreeMap<>();

  /**
   * Bytes that came together.
   *
   * @param passedOn run once the subscriber has them, or they have been forgotten
   */
  record Chunk(ByteBuffer bytes, Runnable passedOn) {}

  void put(long offset, ByteBuffer bytes, Runnable passedOn) {
    chunks.put(offset, new Chunk(bytes, passedOn));
  }

  /** Puts bytes whose turn has not come; where they are few, with those just before them. */
  void gather(long offset, ByteBuffer bytes, Runnable passedOn) {
    boolean few = passedOn == StreamWindow.NOBODY && bytes.remaining() < SMALL;
    if (!few || !append(offset, bytes)) {
      put(offset, few ? roomy(bytes) : bytes, passedOn);
    }
  }

  /** Appends bytes to those just before them, if they have room. */
  private boolean append(long offset, ByteBuffer bytes) {
    Map.Entry<Long, Chunk> before = chunks.lowerEntry(offset);
    if (before == null || before.getValue().passedOn() != StreamWindow.NOBODY) {
      return false;
    }
    ByteBuffer all = before.getValue().bytes();
    int end = all.limit();
    boolean fits = before.getKey() + end == offset && all.capacity() - end >= bytes.remaining();
    if (fits) {
      all.limit(end + bytes.remaining());
      all.put(end, bytes, bytes.position(), bytes.remaining());
    }
    return fits;
  }

  private static ByteBuffer roomy(ByteBuffer bytes) {
    return ByteBuffer.allocate(ROOM).put(bytes).flip();
  }

  /** Takes what begins at the offset; null if nothing does. */
  @Nullable Chunk take(long offset) {
    return chunks.remove(offset);
  }

  /** Takes all that begins at the offset or behind it. */
  List<Chunk> takeFrom(long offset) {
    Map<Long, Chunk> rest = chunks.tailMap(offset, true);
    List<Chunk> taken = new ArrayList<>(rest.values());
    rest.clear();
    return taken;
  }

  /** Returns where the first byte is missing, of those from the offset on. */
  long endOfRun(long offset) {
    long end = offset;
    for (Map.Entry<Long, Chunk> chunk : chunks.entrySet()) {
      if (chunk.getKey() != end) {
        break;
      }
      end += chunk.getValue().bytes().remaining();
    }
    return end;
  }
}
