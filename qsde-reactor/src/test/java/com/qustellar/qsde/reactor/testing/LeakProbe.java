package com.qustellar.qsde.reactor.testing;

import java.util.List;
import java.util.function.Supplier;

/** Watches one kind of resource. */
interface LeakProbe {

  /** Something that was left: its identity, and what a person needs to find its origin. */
  record Leak(Object identity, String description) {}

  /** Notes what is there now and returns a view of what has come since and is still there. */
  Supplier<List<Leak>> begin();
}
