package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Mirrors whose bytes are wrong, as the digest or the length tells. */
class MirrorLiesTest extends MirrorTestBase {

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
}
