package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Where the bytes of a file go that is being fetched, and what of it is there already. */
interface Destination extends SegmentWriter.Target {

  /**
   * What is there when the fetch begins.
   *
   * @param wanted whether the body of the first answer is wanted
   * @param covered the bytes that need not be fetched, unless a check tells otherwise
   */
  record Begun(boolean wanted, RangeSet covered) {}

  /** Returns the fields under which alone a first answer brings something, none for always. */
  default Map<String, String> conditions() {
    return Map.of();
  }

  /** Returns the file that a failure names. */
  @Nullable Path target();

  /**
   * The first answer is here.
   *
   * @param asked the range that its body brings
   */
  Mono<Begun> begin(Representation answered, ResponseHead head, ByteRange asked);

  /** Plans what is left to fetch. */
  SegmentPlanner plan(long total, RangeSet covered, int connections);

  /** Returns the offset before which a segment has to begin, for now. */
  long reach();

  /** Returns whether a digest follows the bytes, in their order. */
  default boolean isHashed() {
    return false;
  }

  /** Returns whether more comes than it can take. */
  default boolean isBehind() {
    return false;
  }

  /** Returns how many bytes small reads are gathered to. */
  int gatherSize();

  /** Checks what was there already, while the rest is fetched. */
  Mono<Void> check();

  /** The file has been found at another place, whose answers prove nothing about this one. */
  void movedElsewhere();

  /** Forgets what stands behind the prefix, and returns where that ends. */
  long keepPrefix();

  /** Begins again with nothing; no write is under way. */
  Mono<Void> clear();
}
