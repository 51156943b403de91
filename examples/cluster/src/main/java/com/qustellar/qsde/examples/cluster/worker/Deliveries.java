package com.qustellar.qsde.examples.cluster.worker;

import com.qustellar.qsde.DownloadException;
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
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What becomes of each delivery: read, stored, told, and only then acknowledged.
 *
 * <p>A result stands on its topic before its request is accepted, a dead letter before its request
 * is rejected: a worker that dies between the two has said too much rather than too little, and the
 * next delivery says that the target was there already.
 */
final class Deliveries {

  private final Settings settings;
  private final TargetStore store;
  private final Sender sender;
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();

  Deliveries(Settings settings, TargetStore store, Sender sender) {
    this.settings = settings;
    this.store = store;
    this.sender = sender;
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

  /** Returns what becomes of a delivery, once that has been told. */
  Mono<Verdict> handle(Delivery delivery) {
    return Mono.defer(
            () -> {
              running.incrementAndGet();
              long begun = System.nanoTime();
              try {
                return handle(new Attempt(delivery, Codec.readJob(delivery.value()), begun));
              } catch (UnreadableException e) {
                return bury(delivery, "Unreadable", String.valueOf(e.getMessage()));
              }
            })
        .doFinally(unused -> running.decrementAndGet());
  }

  private record Attempt(Delivery delivery, Job job, long begun) {
    double seconds() {
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private Mono<Verdict> handle(Attempt attempt) {
    Job job = attempt.job();
    if (attempt.delivery().count() > job.attempts()) {
      String message = "no worker has come to an end with it in " + job.attempts() + " deliveries";
      return reject(attempt, "Undelivered", message);
    }
    if (!store.accepts(job.target())) {
      return reject(attempt, "TargetRefused", "this queue's workers keep no such targets");
    }
    return Mono.fromCallable(job::request)
        .flatMap(request -> store.store(job, request))
        .onErrorMap(
            e -> !(e instanceof DownloadException),
            e -> new DownloadException.Unexpected(job.uri(), null, e))
        .map(stored -> accept(attempt, stored))
        .onErrorResume(DownloadException.class, failure -> Mono.just(failed(attempt, failure)))
        // Apart from the above: that it can't be told is no failure of the download.
        .flatMap(verdict -> verdict);
  }

  private Mono<Verdict> accept(Attempt attempt, Stored stored) {
    Outcome outcome = stored.alreadyThere() ? Outcome.ALREADY_THERE : Outcome.DONE;
    return tell(attempt, outcome, stored, null, null)
        .thenReturn(Verdict.ACCEPT)
        .doOnNext(unused -> done.increment());
  }

  private Mono<Verdict> failed(Attempt attempt, DownloadException failure) {
    String error = failure.getClass().getSimpleName();
    String message = String.valueOf(failure.getMessage());
    int delivery = attempt.delivery().count();
    if (failure instanceof DownloadException.Cancelled) {
      return tell(attempt, Outcome.RELEASED, null, error, message).thenReturn(Verdict.RELEASE);
    }
    if (Rules.mayBeMended(failure) && delivery < attempt.job().attempts()) {
      return tell(attempt, Outcome.RELEASED, null, error, message)
          .then(Mono.delay(Rules.pause(delivery, ThreadLocalRandom.current().nextDouble())))
          .thenReturn(Verdict.RELEASE);
    }
    return reject(attempt, error, message);
  }

  private Mono<Verdict> reject(Attempt attempt, String error, String message) {
    return tell(attempt, Outcome.REJECTED, null, error, message)
        .then(bury(attempt.delivery(), error, message))
        .flatMap(verdict -> store.discard(attempt.job()).onErrorComplete().thenReturn(verdict));
  }

  /** Puts a record among the dead letters as it was, with the cause beside it. */
  private Mono<Verdict> bury(Delivery delivery, String error, String message) {
    Map<String, String> cause = new LinkedHashMap<>();
    cause.put("error", error);
    cause.put("message", message);
    cause.put("worker", settings.name());
    cause.put("from", delivery.partition() + "@" + delivery.offset());
    cause.put("delivery", String.valueOf(delivery.count()));
    return sender
        .send(settings.topics().dead(), delivery.key(), delivery.value(), cause)
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
            attempt.job().id(),
            attempt.job().target(),
            outcome,
            stored == null ? 0 : stored.bytes(),
            stored == null ? 0 : stored.fetched(),
            stored == null ? null : stored.checksum(),
            settings.name(),
            attempt.delivery().count(),
            attempt.seconds(),
            stored == null ? 0 : stored.retries(),
            error,
            message,
            System.currentTimeMillis());
    return sender.send(
        settings.topics().results(),
        attempt.job().target().getBytes(StandardCharsets.UTF_8),
        Codec.write(result),
        Map.of());
  }
}
