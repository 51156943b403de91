package com.qustellar.qsde.examples.cluster.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class SenderTest {

  @Test
  void recordsOfATopicThatHasGoneTakeNobodysThreads() {
    int sends = 2 * Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;
    try (TestQueue queue = new TestQueue();
        Sender sender = new Sender(queue.clients())) {
      Disposable waiting =
          Flux.range(0, sends)
              .flatMap(i -> sender.send("gone", null, new byte[1], Map.of()), sends)
              .subscribe(unused -> {}, unused -> {});

      assertThat(
              Flux.range(0, sends)
                  .flatMap(
                      i -> Mono.fromSupplier(() -> i).subscribeOn(Schedulers.boundedElastic()),
                      sends)
                  .collectList()
                  .block(Duration.ofSeconds(20)))
          .hasSize(sends);
      waiting.dispose();
    }
  }
}
