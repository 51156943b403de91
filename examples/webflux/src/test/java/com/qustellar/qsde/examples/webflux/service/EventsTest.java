package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.COMPLETED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.Body;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/** The streams of events. */
class EventsTest extends TestService {

  /** A client of a stream on a socket of its own, so that it may as well read nothing. */
  private final class Listener implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader lines;

    Listener(String path) throws IOException {
      socket = new Socket();
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String head = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(UTF_8));
      lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    /** Returns the next line that begins so, or null where the stream has ended before one. */
    String next(String beginning) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(beginning)) {
          return line.substring(beginning.length());
        }
        if (line.equals("0")) {
          return null; // the last chunk
        }
      }
      return null;
    }

    JsonNode event() throws IOException {
      String data = next("data:");
      return data == null ? null : JSON.readTree(data);
    }

    /** Reads until the list has so many completed downloads. */
    void awaitCompleted(String id) throws IOException {
      for (JsonNode event = event(); ; event = event()) {
        for (JsonNode view : event.path("downloads")) {
          if (view.path("id").asString().equals(id)
              && view.path("state").asString().equals("COMPLETED")) {
            return;
          }
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private final CountDownLatch go = new CountDownLatch(1);

  /** Stops in the middle until it is told to go on. */
  private URI held() {
    origin.serve("/held.bin", Body.random(3, 1 << 20));
    origin.on("/held.bin").answer(reply -> reply.stallAfter(500_000, go));
    return origin.uri("/held.bin");
  }

  @Test
  void aDownloadIsWatchedToItsEndAndAReconnectStartsNothing() throws Exception {
    String id = add(held());
    for (int i = 0; i < 3; i++) {
      try (Listener listener = new Listener("/downloads/" + id + "/progress")) {
        assertThat(listener.event().path("id").asString()).isEqualTo(id);
      }
    }
    try (Listener listener = new Listener("/downloads/" + id + "/progress")) {
      assertThat(listener.event().path("state").asString()).isNotEqualTo("COMPLETED");
      go.countDown();
      JsonNode last = null;
      for (JsonNode event = listener.event(); event != null; event = listener.event()) {
        last = event;
      }
      assertThat(last.path("state").asString()).isEqualTo("COMPLETED");
    }
    assertThat(origin.requests()).hasSize(1);

    try (Listener late = new Listener("/downloads/" + id + "/progress")) {
      assertThat(late.event().path("state").asString()).isEqualTo("COMPLETED");
      assertThat(late.event()).isNull();
    }
    assertThat(origin.requests()).hasSize(1);
    String end;
    try (Listener late = new Listener("/downloads/" + id + "/progress")) {
      end = late.next("id:");
    }
    String path = "/downloads/" + id + "/progress";
    assertThat(get(path, "Last-Event-ID", end).isStatus(204).bytes()).isEmpty();
    get(path, "Last-Event-ID", "1").isStatus(200);
    get("/downloads/none/progress", "Accept", "text/event-stream")
        .isProblem(404, "download-not-found");
  }

  @Test
  void theListIsToldWholeAtFirstThenWhatChanges() throws Exception {
    String first = add(held());
    try (Listener listener = new Listener("/progress")) {
      JsonNode whole = listener.event();
      assertThat(whole.path("reset").asBoolean()).isTrue();
      assertThat(whole.path("downloads")).hasSize(1);

      String second = add(origin.uri("/held.bin"));
      JsonNode change = listener.event();
      while (!change.path("downloads").toString().contains(second)) {
        assertThat(change.path("reset").asBoolean()).isFalse(); // more of the first, say
        change = listener.event();
      }
      assertThat(change.path("reset").asBoolean()).isFalse();

      delete(second).isStatus(204);
      delete(second).isStatus(204);
      JsonNode event = change;
      while (!event.path("reset").asBoolean()) {
        event = listener.event();
      }
      assertThat(event.path("downloads")).hasSize(1);
      assertThat(event.path("downloads").path(0).path("id").asString()).isEqualTo(first);
    }
  }

  @Test
  void aStreamSaysOnceHowSoonToComeBack() throws Exception {
    String id = add(held());
    for (String path : List.of("/progress", "/downloads/" + id + "/progress")) {
      try (Listener listener = new Listener(path)) {
        assertThat(listener.next("retry:")).isEqualTo("1000");
      }
    }
    go.countDown();
    awaitState(id, COMPLETED);
    String stream = get("/downloads/" + id + "/progress").isStatus(200).text();
    assertThat(stream).containsOnlyOnce("retry:");
  }

  @Test
  void aSilentStreamGivesASignOfLife() throws Exception {
    try (Listener listener = new Listener("/progress")) {
      assertThat(listener.event().path("downloads")).isEmpty();
      assertThat(listener.next(":")).isNotNull();
      assertThat(listener.next(":")).isNotNull();
    }
  }

  @Test
  void whoReadsNothingHoldsUpNobody() throws Exception {
    List<Listener> listeners = new ArrayList<>();
    try (Listener deaf = new Listener("/progress")) {
      for (int i = 0; i < 40; i++) {
        listeners.add(new Listener("/progress"));
      }
      for (int round = 0; round < 10; round++) {
        URI small = origin.uri("/small" + round);
        origin.serve("/small" + round, Body.random(round, 1000));
        String id = add(small);
        for (Listener listener : listeners) {
          listener.awaitCompleted(id);
        }
      }
      assertThat(all()).hasSize(10).allMatch(view -> view.state() == COMPLETED);
      assertThat(deaf.event().path("reset").asBoolean()).isTrue();
    } finally {
      for (Listener listener : listeners) {
        listener.close();
      }
    }
  }

  @Test
  void whatASlowReaderHasMissedIsOneEvent() {
    List<JsonNode> events = new CopyOnWriteArrayList<>();
    BaseSubscriber<ServerSentEvent<String>> reader =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            request(1);
          }

          @Override
          protected void hookOnNext(ServerSentEvent<String> event) {
            if (event.data() != null) {
              events.add(JSON.readTree(event.data()));
            }
          }
        };
    bean(Changes.class).all().subscribe(reader);
    await(() -> events.size() == 1);

    for (int i = 0; i < 5; i++) {
      origin.serve("/small" + i, Body.random(i, 1000));
      awaitState(add(origin.uri("/small" + i)), COMPLETED);
    }
    assertThat(events).hasSize(1);
    // Who comes anew has the list looked at; else the last end may be news of the next tick.
    bean(Changes.class).all().blockFirst(PATIENCE);
    reader.request(1);

    await(() -> events.size() == 2);
    assertThat(events.get(1).path("downloads")).hasSize(5);
    reader.cancel();
  }

  @Test
  void whoComesAsTheLastOneLeavesIsNotTurnedAway() {
    Changes changes = bean(Changes.class);
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    Flux.range(0, 4)
        .flatMap(
            n ->
                Mono.fromRunnable(() -> comeAndGo(changes, errors))
                    .subscribeOn(Schedulers.boundedElastic()))
        .blockLast(PATIENCE);
    assertThat(errors).isEmpty();
  }

  private static void comeAndGo(Changes changes, List<Throwable> errors) {
    for (int i = 0; i < 100_000; i++) {
      BaseSubscriber<ServerSentEvent<String>> visitor =
          new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}

            @Override
            protected void hookOnError(Throwable thrown) {
              errors.add(thrown);
            }
          };
      changes.all().subscribe(visitor);
      visitor.cancel();
    }
  }
}
