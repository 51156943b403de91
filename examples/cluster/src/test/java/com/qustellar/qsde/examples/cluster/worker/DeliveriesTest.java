package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Delivery;
import com.qustellar.qsde.examples.cluster.queue.Queue;
import com.qustellar.qsde.examples.cluster.queue.Sender;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What becomes of the last delivery that the group makes. */
@Timeout(120)
class DeliveriesTest {

  private static final int LAST = 2;

  private final TestQueue queue = new TestQueue();
  private final Sender sender = new Sender(queue.clients());
  private final Contact contact = new Contact("here", line -> {});
  private final Telling telling =
      new Telling(new Queue(queue.clients(), queue.topics(), contact), contact, () -> false);
  private final Job job = Job.of("f", URI.create("http://localhost/f"), "f");
  private final Sinks.One<Stored> end = Sinks.one();
  private final AtomicInteger discards = new AtomicInteger();

  private final class Store implements TargetStore {
    @Override
    public boolean accepts(String target) {
      return true;
    }

    @Override
    public Mono<Stored> store(Job job, DownloadRequest request) {
      return end.asMono();
    }

    @Override
    public Mono<Void> discard(Job job) {
      return Mono.fromRunnable(discards::incrementAndGet);
    }
  }

  private final Deliveries deliveries =
      new Deliveries(
          new Settings(
              "worker", queue.clients(), "here", queue.topics(), 1, 1, Duration.ofSeconds(5)),
          new Store(),
          sender,
          telling,
          LAST);

  private Disposable handleLast() {
    TopicPartition place = new TopicPartition(queue.topics().jobs(), 0);
    return deliveries.handle(new Delivery(place, 0, LAST, null, Codec.write(job))).subscribe();
  }

  private void failAndAwaitTheDeadLetter() {
    end.tryEmitError(new DownloadException.Cancelled(job.uri(), null, true, null));
    queue.dead(1);
    while (deliveries.running() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @AfterEach
  void close() {
    sender.close();
    queue.close();
  }

  @Test
  void discardsWhatIsLeftOnceItIsGivenUp() {
    handleLast();
    failAndAwaitTheDeadLetter();

    assertThat(discards).hasValue(1);
  }

  @Test
  void leavesToAnotherWhatThatWritesOnceItIsCancelled() {
    handleLast().dispose();
    failAndAwaitTheDeadLetter();

    assertThat(discards).hasValue(0);
  }
}
