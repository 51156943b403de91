package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.CANCELLED;
import static com.qustellar.qsde.DownloadState.PAUSED;
import static com.qustellar.qsde.DownloadState.QUEUED;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.Body;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/** What is pressed quickly, in any order and by several at once: all that is told agrees. */
class InterleavingsTest extends TestService {

  private static final List<String> ACTIONS = List.of("pause", "resume", "retry", "delete");

  private final Downloads downloads = bean(Downloads.class);

  /** What a download is, to whoever has pressed its buttons so far. */
  private enum Model {
    RUNNING,
    STOPPED,
    ENDED,
    GONE;

    /** What it is after an action; null where that is refused. */
    Model after(String action) {
      return switch (action) {
        case "pause" -> this == RUNNING || this == STOPPED ? STOPPED : null;
        case "resume" -> this == RUNNING || this == STOPPED ? RUNNING : null;
        case "retry" -> this == ENDED ? RUNNING : null;
        default -> this == GONE ? null : this == ENDED ? GONE : ENDED;
      };
    }

    static Model of(DownloadState state) {
      return state == PAUSED ? STOPPED : state == CANCELLED ? ENDED : RUNNING;
    }
  }

  /** Takes a minute. */
  private URI slow() {
    origin.serve("/slow.bin", Body.random(2, 64L << 20));
    origin.on("/slow.bin").answer(reply -> reply.pacedAt(1 << 20));
    return origin.uri("/slow.bin");
  }

  private Answer press(String id, String action) {
    return action.equals("delete") ? delete(id) : act(id, action);
  }

  private Model shown(String id) {
    Answer answer = get("/downloads/" + id);
    return answer.status() == 404
        ? Model.GONE
        : Model.of(DownloadState.valueOf(answer.json().path("state").asString()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsShownIsWhatWasPressedLast(long seed) {
    Random random = new Random(seed);
    Map<String, Model> models = new HashMap<>();
    for (int i = 0; i < 3; i++) {
      models.put(add(slow()), Model.RUNNING);
    }
    List<String> ids = new ArrayList<>(models.keySet());
    AtomicReference<Map<String, Model>> told = new AtomicReference<>(Map.of());
    Disposable watching = watch(told);
    try {
      for (int i = 0; i < 60; i++) {
        String id = ids.get(random.nextInt(ids.size()));
        // Mostly what doesn't end it.
        String action = ACTIONS.get(random.nextInt(random.nextInt(3) == 0 ? 4 : 3));
        Model after = models.get(id).after(action);
        Answer answer = press(id, action);
        String what = "seed " + seed + ", step " + i + ": " + action + " " + models.get(id);
        if (after == null) {
          assertThat(answer.status()).as(what).isEqualTo(models.get(id) == Model.GONE ? 404 : 409);
        } else {
          assertThat(answer.status()).as(what).isIn(200, 204);
          models.put(id, after);
        }
        assertThat(shown(id)).as(what).isEqualTo(models.get(id));
      }
      models.values().removeIf(model -> model == Model.GONE);
      await(() -> told.get().equals(models));
    } finally {
      watching.dispose();
    }
    models.forEach(this::agrees);
  }

  /** Takes what the stream of all downloads tells, as the page does. */
  private Disposable watch(AtomicReference<Map<String, Model>> told) {
    return bean(Changes.class)
        .all()
        .mapNotNull(event -> event.data())
        .map(JSON::readTree)
        .subscribe(event -> told.set(taken(told.get(), event)));
  }

  private static Map<String, Model> taken(Map<String, Model> before, JsonNode event) {
    Map<String, Model> now =
        event.path("reset").asBoolean() ? new HashMap<>() : new HashMap<>(before);
    for (JsonNode view : event.path("downloads")) {
      now.put(
          view.path("id").asString(),
          Model.of(DownloadState.valueOf(view.path("state").asString())));
    }
    return now;
  }

  /** Checks that the engine does, and the database knows, what a download is shown as. */
  private void agrees(String id, Model model) {
    DownloadState row = downloads.find(id).row().state();
    assertThat(saved(id)).isEqualTo(row);
    switch (model) {
      case RUNNING -> {
        assertThat(row).isEqualTo(QUEUED);
        long before = view(id).bytesReceived();
        await(() -> view(id).bytesReceived() > before);
      }
      case STOPPED -> {
        assertThat(row).isEqualTo(PAUSED);
        await(() -> engine.find(id).map(it -> it.latest().state() == PAUSED).orElse(true));
      }
      default -> {
        assertThat(row).isEqualTo(CANCELLED);
        assertThat(bean(Folders.class).of(id)).doesNotExist();
      }
    }
  }

  private DownloadState saved(String id) {
    return bean(DownloadStore.class)
        .all()
        .filter(row -> row.id().equals(id))
        .single()
        .map(Row::state)
        .block(PATIENCE);
  }

  /** Several at once, on threads of their own: whatever comes of it, it is one thing everywhere. */
  @Test
  void whoeverOfManyWasLastHasTheirWay() {
    Random random = new Random(4);
    // Not the threads on which the service blocks: all of those would wait for it.
    Scheduler clients = Schedulers.newBoundedElastic(12, 12, "clients");
    try {
      for (int round = 0; round < 8; round++) {
        String id = add(slow());
        List<Mono<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          String action = ACTIONS.get(random.nextInt(random.nextInt(4) == 0 ? 4 : 3));
          answers.add(Mono.fromCallable(() -> press(id, action)).subscribeOn(clients));
        }
        List<Answer> given = Flux.merge(answers).collectList().block(PATIENCE);
        assertThat(given).allMatch(answer -> List.of(200, 204, 404, 409).contains(answer.status()));
        Model model = shown(id);
        if (model != Model.GONE) {
          agrees(id, model);
        }
      }
    } finally {
      clients.dispose();
    }
  }

  /** Each is begun before the one before it has been answered. */
  @Test
  void whatIsRetriedWhileItsEndIsStillUnderWayHasItsFolder() {
    for (int round = 0; round < 10; round++) {
      String id = add(slow());
      List<Mono<?>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(Mono.fromFuture(downloads.delete(id).toFuture()));
        answers.add(Mono.fromFuture(downloads.retry(id).toFuture()));
      }
      Mono.when(answers).block(PATIENCE);
      agrees(id, Model.RUNNING);
      delete(id);
    }
  }

  @Test
  void theDatabaseAndTheEngineHearOfChangesInTheirOrder() throws Exception {
    String id = add(slow());
    CountDownLatch second = new CountDownLatch(1);
    // Holds what one thread is about to have written until another has had its way, if it can.
    Schedulers.onScheduleHook("held", task -> held(task, second));
    try {
      Thread first = new Thread(() -> downloads.pause(id).block(PATIENCE), "first");
      first.start();
      await(() -> downloads.find(id).row().state() == PAUSED);
      downloads.resume(id).block(PATIENCE);
      second.countDown();
      first.join();
    } finally {
      Schedulers.resetOnScheduleHook("held");
    }
    agrees(id, Model.RUNNING);
  }

  @SuppressWarnings("ResultOfMethodCallIgnored") // where the other has to wait, it comes second
  private static Runnable held(Runnable task, CountDownLatch second) {
    if (Thread.currentThread().getName().equals("first")) {
      try {
        second.await(300, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return task;
  }
}
