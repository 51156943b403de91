package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One file at several places: {@code origin} is the request's own, {@code second} its mirror. */
class MirrorTest extends EngineTestBase {

  private static final Body BODY = Body.random(21, 32 * SEGMENT);
  private static final Body OTHER = Body.random(22, BODY.length());

  private final List<ScriptedOrigin> more = new ArrayList<>();
  private ScriptedOrigin second;

  @BeforeEach
  void serve() {
    second = origin();
    origin.serve("/file", BODY);
    second.serve("/mirror", BODY);
  }

  @AfterEach
  void closeMirrors() {
    more.forEach(ScriptedOrigin::close);
  }

  private ScriptedOrigin origin() {
    ScriptedOrigin started = ScriptedOrigin.start();
    more.add(started);
    return started;
  }

  private DownloadRequest mirrored() {
    return request("/file").withMirrors(second.uri("/mirror").toString()).withConnections(4);
  }

  private DownloadRequest verified() {
    return mirrored().withChecksum("sha256:" + BODY.sha256());
  }

  private static long sent(ScriptedOrigin from) {
    return from.requests().stream().mapToLong(RecordedRequest::bodyBytesSent).sum();
  }

  private static void pace(ScriptedOrigin all, long bytesPerSecond) {
    all.onEvery((request, reply) -> reply.pacedAt(bytesPerSecond));
  }

  /** Returns a URI where nobody listens. */
  private static URI nowhere() {
    try (ScriptedOrigin gone = ScriptedOrigin.start()) {
      return gone.uri("/gone");
    }
  }

  // ---- who brings how much

  @Test
  void allOfThemBringSomeAndTheFasterOnesMore() throws IOException {
    Body large = Body.random(23, 8 << 20);
    ScriptedOrigin third = origin();
    List.of(origin, second, third).forEach(each -> each.serve("/large", large));
    pace(origin, 1_000_000);
    pace(second, 5_000_000);
    pace(third, 5_000_000);
    DownloadResult result =
        get(
            request("/large")
                .withMirrors(List.of(second.uri("/large"), third.uri("/large")))
                .withChecksum("sha256:" + large.sha256())
                .withConnections(6));
    assertHolds(target(), large);
    assertThat(sent(origin)).isPositive();
    assertThat(sent(second)).isGreaterThan(2 * sent(origin));
    assertThat(sent(third)).isGreaterThan(2 * sent(origin));
    assertThat(result.notes()).isEmpty();
    assertThat(result.finalUri()).isEqualTo(origin.uri("/large"));
  }

  @Test
  void oneThatCrawlsLosesWhatItHolds() throws IOException {
    use(builder().limits(limits().withSegmentSize(512 << 10)));
    CountDownLatch never = new CountDownLatch(1);
    second.onEvery((request, reply) -> reply.stallAfter(1000, never));
    pace(origin, 1_500_000);
    DownloadResult result = get(verified().withConnections(2));
    never.countDown();
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
    assertThat(second.requests()).hasSize(1);
  }

  @Test
  void theBoundsOfEachOriginCountForItself() throws IOException {
    use(builder().limits(limits().withConnectionsPerHost(2)));
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    get(verified().withConnections(4));
    assertHolds(target(), BODY);
    assertThat(origin.peakConnections()).isEqualTo(2);
    assertThat(second.peakConnections()).isEqualTo(2);
  }

  // ---- who is left out

  @Test
  void withoutADigestOneOfTheSameLengthIsNotedUnproven() throws IOException {
    assertThat(get(mirrored()).notes()).containsExactly(Note.UNPROVEN);
    assertHolds(target(), BODY);
  }

  @Test
  void oneThatHasBroughtNothingCastsNoDoubt() throws IOException {
    second.on("/mirror").answer(reply -> reply.resetAfter(0));
    assertThat(get(mirrored()).notes()).isEmpty();
    assertHolds(target(), BODY);
    assertThat(second.requests()).hasSizeBetween(1, 4);
  }

  @Test
  void oneThatHasAnotherLengthBringsNothing() throws IOException {
    second.serve("/mirror", Body.random(3, BODY.length() + 1));
    DownloadResult result = get(mirrored());
    assertHolds(target(), BODY);
    assertThat(result.notes()).isEmpty();
    assertThat(second.requests()).isNotEmpty().hasSizeLessThan(5);
  }

  @Test
  void oneThatGivesNoRangesBringsNothing() throws IOException {
    second.serve("/mirror", Resource.of(BODY).withoutRanges());
    assertThat(get(mirrored()).notes()).isEmpty();
    assertHolds(target(), BODY);
  }

  @Test
  void oneThatChangesInMidDownloadBringsNoMore() throws IOException {
    second.on("/mirror").requestsFrom(3).serve(Resource.of(OTHER));
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    DownloadResult result = get(verified());
    assertHolds(target(), BODY);
    assertThat(result.notes()).isEmpty();
  }

  @Test
  void oneThatDiesInMidDownloadIsFollowedByAnother() throws IOException {
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    Download download = engine.submit(verified().withRetryPolicy(RetryPolicy.none()));
    await(() -> sent(second) > SEGMENT && sent(origin) > SEGMENT);
    origin.close();
    DownloadResult result = download.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertThat(result.retries()).isPositive();
  }

  @Test
  void theNextIsAskedWhereTheFirstIsDown() throws IOException {
    DownloadRequest request =
        DownloadRequest.of(nowhere(), target())
            .withMirrors(second.uri("/nothing").toString(), origin.uri("/file").toString())
            .withRetryPolicy(RetryPolicy.none());
    DownloadResult result = get(request);
    assertHolds(target(), BODY);
    assertThat(result.finalUri()).isEqualTo(origin.uri("/file"));
    assertThat(result.notes()).isEmpty();
    assertThat(second.requests()).hasSize(1);
  }

  @Test
  void oneThatIsBusyIsNotWaitedFor() throws IOException {
    origin.on("/file").answer(Reply.status(503).header("Retry-After", "3600"));
    get(verified());
    assertHolds(target(), BODY);
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void whereAllAreDownTheFirstCauseIsToldAndTheOthersUnderIt() {
    origin.on("/file").answer(Reply.status(403));
    URI gone = nowhere();
    DownloadRequest request = mirrored().withMirrors(List.of(second.uri("/nothing"), gone));
    DownloadException.HttpStatus failure =
        failure(DownloadException.HttpStatus.class, request.withRetryPolicy(RetryPolicy.none()));
    assertThat(failure.status()).isEqualTo(403);
    assertThat(failure.getSuppressed())
        .filteredOn(suppressed -> suppressed instanceof DownloadException)
        .hasSize(2)
        .hasOnlyElementsOfTypes(
            DownloadException.HttpStatus.class, DownloadException.ConnectFailed.class);
    assertDirectoryHolds();
  }

  @Test
  void whereAllAreDownForNowTheyAreAskedAgain() throws IOException {
    origin.on("/file").requests(1, 2).answer(Reply.status(500));
    second.on("/mirror").answer(Reply.status(404));
    DownloadResult result = get(verified());
    assertHolds(target(), BODY);
    assertThat(origin.requests("/file").size()).isGreaterThan(2);
    assertThat(second.requests()).hasSize(1);
    assertThat(result.retries()).isEqualTo(3);
  }

  @Test
  void aFirstOneWithoutRangesIsFollowedByAnotherFromByteZeroOrWhereItBroke() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(reply -> reply.resetAfter(10 * SEGMENT));
    assertThat(get(mirrored()).notes()).contains(Note.SINGLE_STREAM);
    assertHolds(target(), BODY);
    engine.download(mirrored().withTarget(dir.resolve("b"))).block(LIMIT);
    second.serve("/mirror", Resource.of(BODY).withoutRanges());
    assertThat(get(mirrored().withTarget(dir.resolve("c"))).notes())
        .containsExactly(Note.SINGLE_STREAM);
    assertHolds(dir.resolve("c"), BODY);
  }

  /** One goes on where the other one broke, and the other one begins anew each time. */
  @Test
  void twoThatUndoEachOthersProgressAreGivenUp() {
    use(builder().retryPolicy(QUICK.withMaxAttempts(3)));
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(reply -> reply.closeAfter(20 * SEGMENT));
    second.serve("/mirror", Resource.of(BODY).withoutRanges().withoutValidators());
    second.on("/mirror").answer(reply -> reply.closeAfter(10 * SEGMENT));

    failure(DownloadException.ConnectionLost.class, mirrored());
  }

  @Test
  void allOfThemMayRefuseRangesOneAfterTheOther() throws IOException {
    Resource whole = Resource.of(BODY).withoutRanges();
    Reply notNow = Reply.status(500).body(Body.of("not now"));
    origin.on("/file").request(2).answer(notNow);
    second.on("/mirror").request(3).answer(notNow);
    second.on("/mirror").requestsFrom(4).serve(whole);
    origin.on("/file").request(4).serve(whole);
    origin.on("/file").requestsFrom(5).answer(notNow);

    DownloadResult result = get(mirrored().withConnections(1));

    assertHolds(target(), BODY);
    assertThat(result.notes()).contains(Note.SINGLE_STREAM);
    assertThat(origin.requests()).hasSizeGreaterThan(4);
    assertThat(second.requests()).hasSizeGreaterThan(3);
  }

  // ---- wrong bytes

  @Test
  void oneThatLiesIsFoundOutByAskingEachAlone() throws IOException {
    origin.serve("/file", Resource.of(OTHER).withEtag("\"lie\""));
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    DownloadResult result = get(verified());
    assertHolds(target(), BODY);
    assertThat(result.notes()).contains(Note.RESTARTED);
    assertThat(result.finalUri()).isEqualTo(second.uri("/mirror"));
    assertDirectoryHolds("target");
  }

  @Test
  void whereTheFirstHasAnotherFileAndNoMoreOfItTheOthersAreAskedAlone() throws IOException {
    origin.serve("/file", Body.random(24, BODY.length() + 1));
    origin.onEvery(
        (request, reply) ->
            asked(request).start() == 0 ? reply : Reply.status(404).body(Body.of("gone")));

    DownloadResult result = get(verified());

    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactly(Note.RESTARTED);
  }

  @Test
  void whereTheFirstHasAnotherFileAndFailsForNowTheOthersAreAskedAlone() throws IOException {
    use(builder().retryPolicy(RetryPolicy.defaults().withMaxAttempts(2)));
    origin.serve("/file", Body.random(24, BODY.length() + 1));
    origin.onEvery(
        (request, reply) ->
            asked(request).start() == 0 ? reply : Reply.status(500).body(Body.of("not now")));

    get(verified());

    assertHolds(target(), BODY);
    // What it is asked for again is nothing, as the other one has all of it.
    assertThat(origin.requests()).hasSizeLessThan(10);
  }

  @Test
  @KeepsPartFiles
  void whatTheFirstHasBroughtIsKeptWhereItIsOnlyAway() {
    use(builder().retryPolicy(QUICK.withMaxAttempts(2)));
    second.serve("/mirror", Resource.of(BODY).withoutRanges());
    pace(origin, 2_000_000);
    Download download = engine.submit(verified());
    await(() -> sent(origin) > 8 * SEGMENT && !second.requests().isEmpty());
    origin.close();

    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOf(DownloadException.class);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
  }

  @Test
  void twoThatAreOutOfDateDoNotHideTheThird() throws IOException {
    ScriptedOrigin third = origin();
    origin.serve("/file", OTHER);
    third.serve("/mirror", OTHER);

    get(verified().withMirrors(third.uri("/mirror").toString(), second.uri("/mirror").toString()));

    assertHolds(target(), BODY);
  }

  @Test
  void oneThatHasAnotherFileKeepsNobodyFromAskingTheFirstAgain() throws IOException {
    second.serve("/mirror", OTHER);
    Reply unbounded = Reply.status(200).body(BODY).chunked();
    origin.on("/file").answer(unbounded);
    origin.on("/file").request(1).answer(unbounded.closeAfter(BODY.length() / 2));

    assertThat(get(verified()).retries()).isEqualTo(2);
    assertThat(second.requests()).hasSize(1);

    assertHolds(target(), BODY);
  }

  @Test
  void aDigestThatTwoMirrorsContradictIsWrong() {
    DownloadRequest request = mirrored().withChecksum("sha256:" + OTHER.sha256());
    pace(origin, 4_000_000);
    pace(second, 4_000_000);
    DownloadException failure = failure(DownloadException.ChecksumMismatch.class, request);
    assertThat(failure.getSuppressed())
        .as("what made it ask one alone")
        .hasAtLeastOneElementOfType(DownloadException.ChecksumMismatch.class);
    assertThat(sent(origin) + sent(second)).isLessThan(3 * BODY.length());
    assertDirectoryHolds();
  }

  @Test
  void aSmallFileThatIsWrongComesFromTheNext() throws IOException {
    Body small = Body.of("the right one");
    origin.serve("/small", Body.of("the wrong one"));
    second.serve("/small", small);
    DownloadRequest request =
        request("/small")
            .withMirrors(second.uri("/small").toString())
            .withChecksum("sha256:" + small.sha256());
    get(request);
    assertHolds(target(), small);
    assertThat(origin.requests()).hasSize(1);
  }

  // ---- what is sent

  @Test
  void theCallersFieldsGoToItsOwnOriginOnly() throws IOException {
    use(builder().network(NetworkSettings.defaults().withHeaders(Map.of("X-All", "secret"))));
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    String own = origin.uri("/file").toString().replace("//", "//me:secret@");
    String its = second.uri("/mirror").toString().replace("//", "//you:other@");
    DownloadRequest request =
        DownloadRequest.of(own, target())
            .withMirrors(its)
            .withHeader("X-Token", "secret")
            .withConnections(4);
    get(request);
    assertHolds(target(), BODY);
    assertThat(origin.requests())
        .allSatisfy(
            asked -> {
              assertThat(asked.header("X-All")).hasValue("secret");
              assertThat(asked.header("X-Token")).hasValue("secret");
              assertThat(asked.header("Authorization")).hasValue("Basic bWU6c2VjcmV0");
            });
    assertThat(second.requests())
        .isNotEmpty()
        .allSatisfy(
            asked -> {
              assertThat(asked.headers().toString()).doesNotContain("secret");
              assertThat(asked.header("Authorization")).hasValue("Basic eW91Om90aGVy");
            });
  }

  @Test
  void thePolicyOfAddressesHoldsForEach() throws IOException {
    use(
        builder()
            .network(
                NetworkSettings.defaults()
                    .withAddressPolicy(address -> address.equals(ip("127.0.0.1")))));
    second.on("/mirror").answer(Reply.redirect(302, "http://127.0.0.3:1/"));
    get(verified().withMirrors(List.of(URI.create("http://127.0.0.2:1/"), second.uri("/mirror"))));
    assertHolds(target(), BODY);
    assertThat(second.requests()).hasSize(1);
    DownloadException.AddressRefused failure =
        failure(
            DownloadException.AddressRefused.class,
            DownloadRequest.of("http://127.0.0.2:1/", dir.resolve("none"))
                .withMirrors(second.uri("/mirror").toString()));
    assertThat(failure.address()).isEqualTo("127.0.0.2");
    assertThat(failure.getSuppressed()[0]).hasMessageContaining("127.0.0.3");
  }

  @Test
  void eachHasItsOwnValidatorsAndRedirects() throws IOException {
    ScriptedOrigin third = origin();
    Resource resource = Resource.of(BODY).withEtag("\"third\"");
    third.serve("/there", resource.withLastModified(Instant.parse("2020-02-02T00:00:00Z")));
    second.on("/mirror").answer(Reply.redirect(302, third.uri("/there").toString()));
    pace(origin, 1_000_000);
    pace(third, 1_000_000);
    assertThat(get(verified()).notes()).isEmpty();
    assertHolds(target(), BODY);
    assertThat(third.requests().size()).isGreaterThan(2);
    // The first of each connection that began before there was an answer has none.
    assertThat(third.requests())
        .filteredOn(asked -> asked.header("If-Range").isPresent())
        .isNotEmpty()
        .allSatisfy(asked -> assertThat(asked.header("If-Range")).hasValue("\"third\""));
    assertThat(origin.requests())
        .extracting(asked -> asked.header("If-Range").orElse("none"))
        .doesNotContain("\"third\"");
  }

  // ---- streams, and later runs

  @Test
  void aStreamComesFromAllOfThem() {
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    second.on("/mirror").request(3).resetAfter(100);
    DownloadRequest request =
        DownloadRequest.of(nowhere())
            .withMirrors(List.of(origin.uri("/file"), second.uri("/mirror")))
            .withChecksum("sha256:" + BODY.sha256())
            .withConnections(4);
    Long bytes =
        engine.stream(request).map(b -> (long) b.remaining()).reduce(0L, Long::sum).block(LIMIT);
    // Its digest was right, or there would be none.
    assertThat(bytes).isEqualTo(BODY.length());
    assertThat(sent(origin)).isPositive();
    assertThat(sent(second)).isPositive();
  }

  /** Cancels a download when about half of it is there. */
  private void interrupt(DownloadRequest request) {
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    Download download = engine.submit(request);
    await(() -> download.latest().bytesReceived() > BODY.length() / 2);
    download.dispose();
    download.closed().block(LIMIT);
  }

  @Test
  @KeepsPartFiles
  void aLaterRunGoesOnWithAnotherMirrorWhereADigestIsExpected() throws IOException {
    second.serve("/mirror", Resource.of(BODY).withEtag("\"its own\""));
    interrupt(verified());
    origin.close();
    DownloadResult result = get(verified());
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isGreaterThan(BODY.length() / 4);
    assertThat(result.notes()).isEmpty();
  }

  @Test
  @KeepsPartFiles
  void aLaterRunGoesOnWithAnotherMirrorOfTheSameStrongValidator() throws IOException {
    interrupt(mirrored());
    origin.close();
    DownloadResult result = get(mirrored());
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isGreaterThan(BODY.length() / 4);
    assertThat(result.notes()).containsExactly(Note.UNPROVEN);
  }

  @Test
  @KeepsPartFiles
  void whatSeveralHaveBroughtStaysUnprovenInALaterRun() throws IOException {
    interrupt(mirrored());
    second.close();
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isGreaterThan(BODY.length() / 4);
    assertThat(result.notes()).containsExactly(Note.UNPROVEN);
  }

  @Test
  void aSourceIsTheFirstOfThem() throws IOException {
    DownloadRequest request =
        DownloadRequest.of(nowhere(), target())
            .withSource(
                () -> CompletableFuture.failedFuture(new IllegalStateException("none today")))
            .withMirrors(second.uri("/mirror").toString())
            .withTotalTimeout(Duration.ofSeconds(10));
    get(request);
    assertHolds(target(), BODY);
  }
}
