package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.plan.ByteRange;
import java.util.OptionalInt;

/**
 * One pass over a file.
 *
 * @param first what is asked for first
 * @param anew whether an earlier pass has come out wrong: caches on the way are to ask their origin
 * @param only the index of the only mirror that is asked, empty for all of them
 */
record Pass(ByteRange first, boolean anew, OptionalInt only) {

  /** Returns the pass that a download begins with. */
  static Pass first(ByteRange first) {
    return new Pass(first, false, OptionalInt.empty());
  }

  /** Returns the pass that begins again, from all mirrors. */
  static Pass again(ByteRange first) {
    return new Pass(first, true, OptionalInt.empty());
  }

  /** Returns the pass that begins again, from one mirror alone. */
  static Pass alone(ByteRange first, int mirror) {
    return new Pass(first, true, OptionalInt.of(mirror));
  }
}
