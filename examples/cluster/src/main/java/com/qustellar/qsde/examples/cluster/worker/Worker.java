package com.qustellar.qsde.examples.cluster.worker;

import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.WorkerState;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Member;
import com.qustellar.qsde.examples.cluster.queue.Queue;
import com.qustellar.qsde.examples.cluster.queue.Sender;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.EngineProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Takes requests from the queue as it has room, and downloads them, until it is told to stop.
 *
 * <p>{@link #run} blocks; {@link #stop} may come from any thread.
 */
public final class Worker {

  private static final Duration SAYS = Duration.ofSeconds(2);
  private static final Duration HEARD = Duration.ofSeconds(3);
  private static final Duration AFTER = Duration.ofSeconds(20);
  private static final Duration LOOKS = Duration.ofMillis(50);

  private final Settings settings;
  private final DownloadEngine engine;
  private final TargetStore store;
  private final Consumer<String> lines;
  private final CountDownLatch stop = new CountDownLatch(1);

  /**
   * Makes a worker.
   *
   * @param settings of it
   * @param engine what downloads; the caller closes it
   * @param store where targets go
   * @param lines hears what there is to say
   */
  public Worker(
      Settings settings, DownloadEngine engine, TargetStore store, Consumer<String> lines) {
    this.settings = settings;
    this.engine = engine;
    this.store = store;
    this.lines = lines;
  }

  /** Lets what runs go on for the grace period, takes nothing more, and ends. */
  public void stop() {
    stop.countDown();
  }

  /**
   * Works until {@link #stop}.
   *
   * @return whether all that it held has been finished or released
   * @throws InterruptedException if the wait is interrupted
   */
  public boolean run() throws InterruptedException {
    Contact contact = new Contact(settings.brokers(), lines);
    Queue queue = new Queue(settings.clients(), settings.topics(), contact);
    OptionalInt mostDeliveries = queue.join(() -> stop.getCount() == 0);
    if (mostDeliveries.isEmpty()) {
      return true;
    }
    try (Sender sender = new Sender(settings.clients())) {
      Telling telling = new Telling(queue, contact, () -> stop.getCount() == 0);
      Deliveries deliveries =
          new Deliveries(settings, store, sender, telling, mostDeliveries.getAsInt());
      List<Member> members =
          IntStream.range(0, settings.members())
              .mapToObj(
                  i ->
                      new Member(
                          "qsde-member-" + i,
                          settings.clients(),
                          settings.topics(),
                          settings.each(),
                          deliveries::handle,
                          contact))
              .toList();
      Sinks.Empty<Void> last = Sinks.empty();
      Sinks.Empty<Void> said = Sinks.empty();
      Disposable saying =
          say(sender, deliveries, contact, telling, last.asMono())
              .doFinally(unused -> said.tryEmitEmpty())
              .subscribe();
      try {
        members.forEach(Member::start);
        lines.accept(settings.name() + " takes requests from " + settings.topics().jobs());
        stop.await();
        boolean ended = end(members, deliveries);
        last.tryEmitEmpty();
        if (!contact.isLost()) {
          // Behind what was being said, which would bring it back.
          said.asMono()
              .then(engine.progress().next())
              .flatMap(now -> state(sender, deliveries, now, true))
              .timeout(HEARD)
              .onErrorComplete()
              .block();
        }
        return ended;
      } finally {
        saying.dispose();
      }
    }
  }

  private boolean end(List<Member> members, Deliveries deliveries) throws InterruptedException {
    members.forEach(Member::stop);
    int running = deliveries.running();
    if (running > 0) {
      lines.accept(
          "%s ends: %d downloads have %d s for that"
              .formatted(settings.name(), running, settings.grace().toSeconds()));
    }
    if (await(members, deliveries, settings.grace())) {
      return true;
    }
    // What is cancelled is released, once its journal stands.
    deliveries.stop();
    engine.cancelAll();
    return await(members, deliveries, AFTER);
  }

  private static boolean await(List<Member> members, Deliveries deliveries, Duration longest)
      throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    boolean ended = true;
    for (Member member : members) {
      ended &= member.await(Duration.ofNanos(deadline - System.nanoTime()));
    }
    // A last delivery goes on without its member.
    while (deliveries.running() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(LOOKS.toMillis());
    }
    return ended && deliveries.running() == 0;
  }

  /**
   * This is also how a worker that has nothing to do notices that no broker answers, or that
   * somebody has deleted a topic.
   */
  private Mono<Void> say(
      Sender sender, Deliveries deliveries, Contact contact, Telling telling, Mono<Void> last) {
    String topic = settings.topics().workers();
    return engine
        .progress()
        .sample(SAYS)
        .onBackpressureLatest()
        .takeUntilOther(last)
        .concatMap(
            now ->
                telling
                    .once(topic, state(sender, deliveries, now, false))
                    .doOnError(e -> contact.say(topic + " can't be written to: " + e.getMessage()))
                    .onErrorComplete(),
            0)
        .then();
  }

  private Mono<Void> state(
      Sender sender, Deliveries deliveries, EngineProgress now, boolean stopped) {
    WorkerState state =
        new WorkerState(
            settings.name(),
            deliveries.running(),
            now.bytesReceived(),
            now.bytesPerSecond(),
            deliveries.done(),
            deliveries.failed(),
            stopped,
            System.currentTimeMillis());
    return sender.send(
        settings.topics().workers(),
        settings.name().getBytes(StandardCharsets.UTF_8),
        Codec.write(state),
        Map.of());
  }
}
