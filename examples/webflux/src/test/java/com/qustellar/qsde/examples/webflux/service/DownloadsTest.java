package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.CANCELLED;
import static com.qustellar.qsde.DownloadState.COMPLETED;
import static com.qustellar.qsde.DownloadState.FAILED;
import static com.qustellar.qsde.DownloadState.PAUSED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.publisher.Mono;

/** The life of a download over HTTP. */
class DownloadsTest extends DownloadsTestBase {

  @Test
  void theListHasPagesAndAFilterAndNoQuarrelAboutNames() {
    URI good = file();
    origin.on("/gone").answer(Reply.status(404));
    for (int i = 0; i < 3; i++) {
      assertThat(awaitState(add(good), COMPLETED).fileName()).isEqualTo("file.bin");
    }
    String failed = add(origin.uri("/gone"));
    awaitState(failed, FAILED);

    Answer second = get("/downloads?page=1&size=3").isStatus(200);
    assertThat(second.json().path("total").asInt()).isEqualTo(4);
    assertThat(second.json().path("items")).hasSize(1);
    Answer filtered = get("/downloads?state=FAILED&state=PAUSED").isStatus(200);
    assertThat(filtered.json().path("items")).hasSize(1);
    assertThat(filtered.json().path("items").path(0).path("id").asString()).isEqualTo(failed);
    get("/downloads?size=0").isProblem(400, "invalid-value");
  }

  /** By default that is a second. */
  @Test
  void whoeverAddsOneWaitsAsLongAsIsSetForTheFirstAnswer() {
    CountDownLatch late = new CountDownLatch(1);
    origin.on("/late").answer(Reply.status(404).delayedUntil(late));
    long begun = System.nanoTime();
    CompletableFuture<String> added = CompletableFuture.supplyAsync(() -> add(origin.uri("/late")));
    await(() -> added.isDone() || System.nanoTime() - begun > 1_500_000_000);
    assertThat(added).isNotDone();
    late.countDown();
    assertThat(view(added.join()).state()).isEqualTo(FAILED);
  }

  private static String stateTold(Answer answer) {
    return answer.isStatus(200).json().path("state").asString();
  }

  @Test
  void aDownloadIsPausedAndGoesOnWhereItStopped() {
    String id = add(slow());
    await(() -> view(id).bytesReceived() > 0);

    assertThat(stateTold(act(id, "pause"))).isEqualTo("PAUSED");
    origin.await(() -> origin.openConnections() == 0);
    long kept = view(id).bytesReceived();
    assertThat(stateTold(act(id, "resume"))).isNotEqualTo("PAUSED");

    await(() -> view(id).bytesReceived() > kept);
    act(id, "retry").isProblem(409, "wrong-state");
    get("/downloads/" + id + "/file").isProblem(409, "wrong-state");
  }

  @Test
  void aFailureSaysWhyAndIsRetried() {
    URI uri = file();
    origin.on("/file.bin").request(1).answer(Reply.status(403));
    String id = add(uri);

    DownloadView failed = awaitState(id, FAILED);
    assertThat(failed.failure().type()).isEqualTo(Problems.TYPE + "http-status");
    assertThat(failed.failure().status()).isEqualTo(502);
    get("/downloads/" + id + "/file").isProblem(502, "http-status");

    act(id, "retry").isStatus(200);
    assertThat(awaitState(id, COMPLETED).failure()).isNull();
  }

  @Test
  void aServerThatBreaksOffIsNoNewsForTheLog() {
    URI uri = file();
    origin.on("/file.bin").request(1).answer(Reply.raw("").resetAfter(0));
    PrintStream console = System.out;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setOut(new PrintStream(log, true, UTF_8));
    try {
      awaitState(add(uri), COMPLETED);
    } finally {
      System.setOut(console);
    }
    assertThat(log.toString(UTF_8)).doesNotContain("HttpClientConnect");
  }

  @Test
  void aWrongDigestIsAProblemOfItsOwn() {
    String id = add(Map.of("url", file().toString(), "checksum", "md5:" + "0".repeat(32)));

    assertThat(awaitState(id, FAILED).failure().type())
        .isEqualTo(Problems.TYPE + "checksum-mismatch");
  }

  @Test
  void aCancelledDownloadLeavesNothingButItsEntry() {
    String id = add(slow());
    await(() -> view(id).bytesReceived() > 0);

    delete(id).isStatus(204);

    assertThat(view(id).state()).isEqualTo(CANCELLED);
    assertThat(bean(Folders.class).of(id)).doesNotExist();
    origin.await(() -> origin.openConnections() == 0);
    act(id, "pause").isProblem(409, "wrong-state");

    act(id, "retry").isStatus(200);
    await(() -> view(id).bytesReceived() > 0);
  }

  @Test
  void aFinishedOneIsTakenOffTheListWithItsFile() {
    String id = add(file());
    awaitState(id, COMPLETED);

    delete(id).isStatus(204);

    get("/downloads/" + id).isProblem(404, "download-not-found");
    delete(id).isProblem(404, "download-not-found");
    assertThat(bean(Folders.class).of(id)).doesNotExist();
  }

  @Test
  void aChangeGoesOnWhenWhoeverWantedItHangsUp() {
    String running = add(slow());
    String finished = add(file());
    awaitState(finished, COMPLETED);
    Downloads downloads = bean(Downloads.class);

    downloads.delete(running).subscribe().dispose();
    downloads.delete(finished).subscribe().dispose();

    awaitState(running, CANCELLED);
    await(() -> all().size() == 1);
    for (String id : List.of(running, finished)) {
      await(() -> Files.notExists(bean(Folders.class).of(id)));
    }
  }

  @Test
  void whatRunsIsNotStartedOnceMore() {
    String id = add(slow());
    Entry entry = bean(Downloads.class).find(id);
    Download handle = entry.handle();

    bean(DownloadRunner.class).submit(entry);

    assertThat(entry.handle()).isSameAs(handle);
    assertThat(engine.downloads()).hasSize(1);
  }

  @Test
  void whatWasPausedBeforeItsRetryHasBegunGoesOnWhenResumed() {
    String id = add(slow());
    await(() -> view(id).bytesReceived() > 0);
    delete(id).isStatus(204);
    Downloads downloads = bean(Downloads.class);

    Mono<DownloadView> retried = downloads.retry(id).cache();
    retried.subscribe(); // and before the database has it:
    assertThat(downloads.pause(id).block(PATIENCE).state()).isEqualTo(PAUSED);
    retried.block(PATIENCE);
    assertThat(view(id).state()).isEqualTo(PAUSED);

    act(id, "resume").isStatus(200);
    await(() -> view(id).bytesReceived() > 0);
  }

  @Test
  void withoutItsFolderADownloadFailsInWords() throws IOException {
    URI uri = file();
    origin.on("/file.bin").request(1).answer(Reply.status(403));
    String id = add(uri);
    awaitState(id, FAILED);
    Path folder = bean(Folders.class).of(id);
    Files.delete(folder);
    Files.createFile(folder);

    act(id, "retry").isStatus(200);

    assertThat(awaitState(id, FAILED).failure().type()).isEqualTo(Problems.TYPE + "no-folder");
    Files.delete(folder);
    act(id, "retry").isStatus(200);
    awaitState(id, COMPLETED);
  }

  /** As the database closes itself when its disk is full, under whoever holds a connection. */
  @Test
  void aDatabaseThatWasClosedIsOpenedAgain() {
    String id = add(file());
    awaitState(id, COMPLETED);

    bean(DatabaseClient.class).sql("shutdown immediately").then().onErrorComplete().block(PATIENCE);

    delete(id).isStatus(204);
    awaitState(add(file()), COMPLETED);
  }

  @Test
  void whatCouldNotBeCancelledIsNotDeletedByItsRetry() {
    String id = add(slow());
    await(() -> view(id).bytesReceived() > 0);
    sql("alter table download rename to elsewhere");
    try {
      assertThat(delete(id).status()).isEqualTo(500);
    } finally {
      sql("alter table elsewhere rename to download");
    }
    act(id, "pause").isStatus(200);
    origin.await(() -> origin.openConnections() == 0);
    origin.on("/slow.bin").answer(Reply.status(403));
    act(id, "resume").isStatus(200);
    awaitState(id, FAILED);

    int before = origin.requests().size();
    act(id, "retry").isStatus(200);
    awaitState(id, FAILED);

    await(() -> origin.requests().size() > before);
    assertThat(origin.requests().get(before).header("Range").orElseThrow())
        .doesNotStartWith("bytes=0-");
  }

  private static void sql(String statement) {
    bean(DatabaseClient.class).sql(statement).then().block(PATIENCE);
  }

  @Test
  void headersGoToTheOrigin() {
    Map<String, String> headers = Map.of("Authorization", "Bearer abc");
    awaitState(add(Map.of("url", file().toString(), "headers", headers)), COMPLETED);

    assertThat(origin.requests().get(0).header("Authorization")).hasValue("Bearer abc");
  }
}
