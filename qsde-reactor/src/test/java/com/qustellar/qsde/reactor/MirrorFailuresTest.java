package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mirrors that are down, break or have something else: who is left out, and who takes over. */
class MirrorFailuresTest extends MirrorTestBase {

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
}
