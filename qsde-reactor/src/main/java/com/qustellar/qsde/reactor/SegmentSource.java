package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Hands out the segments of the plan, which the first answer brings: what nobody has, and then what
 * an earlier run turns out not to have left. Ends when both are fetched.
 */
final class SegmentSource {

  private final Sinks.One<SegmentPlanner> plan = Sinks.one();
  private final Sinks.Empty<Void> checked = Sinks.empty();

  private volatile @Nullable SegmentPlanner made;

  /** The plan is made; it is this object's from now on. */
  void planned(SegmentPlanner planner) {
    made = planner;
    plan.tryEmitValue(planner);
  }

  /** Segments, each for one taker, one at a time as they are asked for. */
  Flux<ByteRange> segments() {
    return plan.asMono()
        .flatMapMany(
            planner ->
                Flux.concat(
                    left(planner), checked.asMono().thenMany(Flux.defer(() -> left(planner)))));
  }

  private static Flux<ByteRange> left(SegmentPlanner planner) {
    return Flux.generate(
        sink -> {
          synchronized (planner) {
            planner.next().ifPresentOrElse(sink::next, sink::complete);
          }
        });
  }

  /** Has bytes fetched that were planned as present; there is a plan. */
  void missed(ByteRange bytes) {
    SegmentPlanner planner = Objects.requireNonNull(made);
    synchronized (planner) {
      planner.miss(bytes);
    }
  }

  /** Nothing more will be missed. */
  void checked() {
    checked.tryEmitEmpty();
  }
}
