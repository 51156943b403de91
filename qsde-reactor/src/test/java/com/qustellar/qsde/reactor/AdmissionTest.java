package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Very many downloads that wait for their turn. */
class AdmissionTest {

  private final Admission admission = new Admission(() -> 1, () -> 1, Schedulers.parallel());

  /** One that fails in the moment it begins ends in the moment in which another one does. */
  @Test
  void whatFailsAtOnceLetsInTheNextFromNoDeeperStack() {
    Disposable first = admission.download(0, Mono::never).subscribe();
    AtomicInteger failed = new AtomicInteger();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      admission
          .download(0, () -> Mono.error(new IllegalStateException()))
          .subscribe(
              null,
              thrown -> {
                assertThat(thrown).isInstanceOf(IllegalStateException.class);
                failed.incrementAndGet();
              });
    }
    first.dispose();
    assertThat(failed).hasValue(count);
  }

  @Test
  @Timeout(15)
  void veryManyThatWaitAreCancelledInNoTime() {
    Disposable first = admission.download(0, Mono::never).subscribe();
    List<Disposable> waiting = new ArrayList<>();
    AtomicInteger begun = new AtomicInteger();
    Mono<Void> work = admission.download(0, () -> Mono.fromRunnable(begun::incrementAndGet));
    for (int i = 0; i < 200_000; i++) {
      waiting.add(work.subscribe());
    }
    Disposable last = waiting.get(waiting.size() - 1);
    Collections.shuffle(waiting, new Random(1));
    waiting.forEach(
        one -> {
          if (one != last) {
            one.dispose();
          }
        });
    assertThat(begun).hasValue(0);
    first.dispose();
    assertThat(begun).hasValue(1);
    assertThat(last.isDisposed()).isTrue();
  }
}
