package com.qustellar.qsde.examples.cluster.worker;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.job.Rules;
import com.qustellar.qsde.examples.cluster.job.UnreadableException;
import com.qustellar.qsde.examples.cluster.queue.Delivery;
import com.qustellar.qsde.examples.cluster.queue.Sender;
import com.qustellar.qsde.examples.cluster.queue.Verdict;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.internal.http.SafeText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What becomes of each delivery: read, stored, told, and only then acknowledged.
 *
 * <p>A result stands on its topic before its request is accepted, a dead letter before its request
 * is rejected: a worker that dies between the two has said too much rather than too little, and the
 * next delivery says that the target was there already. What can't be told is tried again for as
 * long as the lock lasts, as a request that is released too often is one that Kafka drops.
 */
final class Deliveries {

  private static final int LONGEST_MESSAGE = 1000;

  /** How long it may take to delete what is left of a request that was given up. */
  private static final Duration DISCARDS = Duration.ofSeconds(30);

  /** How long what is stopped has to end by itself, as the engine's downloads do. */
  private static final Duration ENDS = Duration.ofSeconds(3);

  private final Settings settings;
  private final TargetStore store;
  private final Sender sender;
  private final Telling telling;
  private final int mostDeliveries;
  private final Sinks.Empty<Void> stopped = Sinks.empty();
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();

  /**
   * Handles deliveries.
   *
   * @param telling sees to it that what is said of them is written
   * @param mostDeliveries how many of a request the group makes, after which it drops it
   */
  Deliveries(
      Settings settings, TargetStore store, Sender sender, Telling telling, int mostDeliveries) {
    this.settings = settings;
    this.store = store;
    this.sender = sender;
    this.telling = telling;
    this.mostDeliveries = mostDeliveries;
  }

  /** What waits to be released waits no longer, and what does not end is cancelled soon. */
  void stop() {
    stopped.tryEmitEmpty();
  }

  /** Returns how many deliveries have not ended. */
  int running() {
    return running.get();
  }

  /** Returns how many have ended with a whole target. */
  long done() {
    return done.sum();
  }

  /** Returns how many were given up. */
  long failed() {
    return failed.sum();
  }

  /**
   * Returns what becomes of a delivery, once that has been told. The last one that the group makes
   * goes on though it is cancelled, as it is when its lock is lost: there may be no other. After a
   * broker's restart there is one more with the same count, and so a cancelled one discards nothing
   * that another may be writing.
   */
  Mono<Verdict> handle(Delivery delivery) {
    AtomicBoolean cancelled = new AtomicBoolean();
    Mono<Verdict> handled = handled(delivery, cancelled);
    return delivery.count() < mostDeliveries
        ? handled
        : handled.cache().doOnCancel(() -> cancelled.set(true));
  }

  private Mono<Verdict> handled(Delivery delivery, AtomicBoolean cancelled) {
    return Mono.defer(
            () -> {
              running.incrementAndGet();
              long begun = System.nanoTime();
              try {
                Job job = Codec.readJob(delivery.value());
                return handle(job, new Attempt(delivery, cancelled, job.id(), job.target(), begun));
              } catch (UnreadableException e) {
                String message = String.valueOf(e.getMessage());
                return reject(
                    new Attempt(delivery, cancelled, delivery.place(), null, begun),
                    "Unreadable",
                    message);
              }
            })
        .doFinally(unused -> running.decrementAndGet());
  }

  private record Attempt(
      Delivery delivery, AtomicBoolean cancelled, String id, @Nullable String target, long begun) {
    double seconds() {
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private Mono<Verdict> handle(Job job, Attempt attempt) {
    if (attempt.delivery().count() > job.attempts()) {
      String message = "no worker has come to an end with it in " + job.attempts() + " deliveries";
      return giveUp(job, attempt, "Undelivered", message);
    }
    if (!store.accepts(job.target())) {
      return reject(attempt, "TargetRefused", "this queue's workers keep no such targets");
    }
    return Mono.fromCallable(job::request)
        .flatMap(request -> Mono.firstWithSignal(store.store(job, request), endless(job)))
        .onErrorMap(
            e -> !(e instanceof DownloadException),
            e -> new DownloadException.Unexpected(job.uri(), null, e))
        .map(stored -> accept(attempt, stored))
        .onErrorResume(DownloadException.class, failure -> Mono.just(failed(job, attempt, failure)))
        // Apart from the above: that it can't be told is no failure of the download.
        .flatMap(verdict -> verdict);
  }

  /** Fails a while after the stop: what has not ended by then might never. */
  private Mono<Stored> endless(Job job) {
    return stopped
        .asMono()
        .then(Mono.delay(ENDS))
        .then(Mono.error(() -> new DownloadException.Cancelled(job.uri(), null, true, null)));
  }

  private Mono<Verdict> accept(Attempt attempt, Stored stored) {
    Outcome outcome = stored.alreadyThere() ? Outcome.ALREADY_THERE : Outcome.DONE;
    return tell(attempt, outcome, stored, null, null)
        .thenReturn(Verdict.ACCEPT)
        .doOnNext(unused -> done.increment());
  }

  private Mono<Verdict> failed(Job job, Attempt attempt, DownloadException failure) {
    String error = failure.getClass().getSimpleName();
    String message = message(failure);
    int delivery = attempt.delivery().count();
    if (failure instanceof DownloadException.Cancelled && delivery < mostDeliveries) {
      return tell(attempt, Outcome.RELEASED, null, error, message).thenReturn(Verdict.RELEASE);
    }
    if (Rules.mayBeMended(failure) && delivery < Math.min(job.attempts(), mostDeliveries)) {
      Duration pause = Rules.pause(delivery, ThreadLocalRandom.current().nextDouble());
      return tell(attempt, Outcome.RELEASED, null, error, message)
          .then(Mono.firstWithSignal(Mono.delay(pause).then(), stopped.asMono()))
          .thenReturn(Verdict.RELEASE);
    }
    return giveUp(job, attempt, error, message);
  }

  /** A refused target is told with what is wrong with it. */
  private static String message(DownloadException failure) {
    Throwable cause = failure.getCause();
    return failure instanceof FileAccess access
            && access.reason() == FileAccess.Reason.NAME_REFUSED
            && cause != null
        ? "the target is refused: " + cause.getMessage()
        : String.valueOf(failure.getMessage());
  }

  private Mono<Verdict> giveUp(Job job, Attempt attempt, String error, String message) {
    return reject(attempt, error, message)
        .flatMap(
            verdict ->
                attempt.cancelled().get()
                    ? Mono.just(verdict)
                    : store.discard(job).timeout(DISCARDS).onErrorComplete().thenReturn(verdict));
  }

  private Mono<Verdict> reject(Attempt attempt, String error, String message) {
    return tell(attempt, Outcome.REJECTED, null, error, message)
        .then(bury(attempt.delivery(), error, message));
  }

  /**
   * Puts a record among the dead letters as it was, with the cause beside it; without its value
   * where both together are more than a record may be.
   */
  private Mono<Verdict> bury(Delivery delivery, String error, String message) {
    Map<String, String> cause = new LinkedHashMap<>();
    cause.put("error", error);
    cause.put("message", fit(message));
    cause.put("worker", settings.name());
    cause.put("from", delivery.place());
    cause.put("delivery", String.valueOf(delivery.count()));
    String dead = settings.topics().dead();
    return telling
        .surely(
            dead,
            sender
                .send(dead, delivery.key(), delivery.value(), cause)
                .onErrorResume(
                    RecordTooLargeException.class, e -> sender.send(dead, null, null, cause)))
        .thenReturn(Verdict.REJECT)
        .doOnNext(unused -> failed.increment());
  }

  private Mono<Void> tell(
      Attempt attempt,
      Outcome outcome,
      @Nullable Stored stored,
      @Nullable String error,
      @Nullable String message) {
    JobResult result =
        new JobResult(
            attempt.id(),
            attempt.target(),
            outcome,
            stored == null ? 0 : stored.bytes(),
            stored == null ? 0 : stored.fetched(),
            stored == null ? null : stored.checksum(),
            settings.name(),
            attempt.delivery().count(),
            attempt.seconds(),
            stored == null ? 0 : stored.retries(),
            error,
            message == null ? null : fit(message),
            System.currentTimeMillis());
    String key = attempt.target() == null ? attempt.id() : attempt.target();
    String results = settings.topics().results();
    byte[] place = key.getBytes(StandardCharsets.UTF_8);
    return telling.surely(results, sender.send(results, place, Codec.write(result), Map.of()));
  }

  /** What others have said may be of any length. */
  private static String fit(String message) {
    return SafeText.strip(message, LONGEST_MESSAGE);
  }
}
