package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

class LaneTest {

  private final Queue<Runnable> turns = new ArrayDeque<>();
  private final Lane lane = new Lane(turns::add);
  private final List<Integer> ran = new ArrayList<>();

  @Test
  void tasksThatComeBeforeATurnShareIt() {
    lane.execute(() -> ran.add(1));
    lane.execute(() -> ran.add(2));
    assertThat(turns).hasSize(1);
    assertThat(ran).isEmpty();
    turns.remove().run();
    assertThat(ran).containsExactly(1, 2);
    lane.execute(() -> ran.add(3));
    assertThat(turns).hasSize(1);
    turns.remove().run();
    assertThat(ran).containsExactly(1, 2, 3);
  }

  @Test
  void aTaskThatThrowsTakesNoTurnFromTheOthers() {
    lane.execute(
        () -> {
          throw new IllegalStateException("of the task");
        });
    lane.execute(() -> ran.add(1));
    assertThatThrownBy(() -> turns.remove().run()).hasMessage("of the task");
    turns.remove().run();
    lane.execute(() -> ran.add(2));
    turns.remove().run();
    assertThat(ran).containsExactly(1, 2);
  }

  @Test
  void aTaskThatComesInATurnIsRunAfterTheOneThatGaveIt() {
    lane.execute(
        () -> {
          lane.execute(() -> ran.add(2));
          ran.add(1);
        });
    turns.remove().run();
    assertThat(ran).containsExactly(1, 2);
    assertThat(turns).isEmpty();
  }

  @Test
  void tasksOfManyThreadsRunOneAtATimeAndEachThreadsInTheirOrder() {
    int threads = 4;
    int each = 5_000;
    Lane shared = new Lane(Schedulers.parallel()::schedule);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger left = new AtomicInteger(threads * each);
    List<List<Integer>> came =
        IntStream.range(0, threads).<List<Integer>>mapToObj(i -> new ArrayList<>()).toList();
    Flux<Integer> done =
        Flux.create(
            sink ->
                Flux.range(0, threads)
                    .parallel(threads)
                    .runOn(Schedulers.boundedElastic())
                    .subscribe(
                        thread ->
                            IntStream.range(0, each)
                                .forEach(
                                    i ->
                                        shared.execute(
                                            () -> {
                                              if (inside.incrementAndGet() > 1) {
                                                sink.error(new AssertionError("two at a time"));
                                              }
                                              came.get(thread).add(i);
                                              inside.decrementAndGet();
                                              if (left.decrementAndGet() == 0) {
                                                sink.complete();
                                              }
                                            }))));
    done.blockLast(Duration.ofSeconds(20));
    List<Integer> inOrder = IntStream.range(0, each).boxed().toList();
    assertThat(came).allSatisfy(list -> assertThat(list).isEqualTo(inOrder));
  }
}
