package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.SourceChanged;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole answers to later ranges: no ranges any more, another version, or a login page. */
class RefusedRangesTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 8 * SEGMENT);
  private static final Resource BARE = Resource.of(BODY).withoutValidators();
  private static final Body LOGIN = Body.of("<html>Who are you?</html>");

  private static boolean isFirst(RecordedRequest request) {
    return asked(request).start() == 0;
  }

  /** Serves ranges for so many requests, and then the whole only. */
  private void refuseAfter(int requests, Resource resource, UnaryOperator<Reply> whole) {
    origin.serve("/file", resource);
    origin
        .on("/file")
        .requestsFrom(requests + 1)
        .answer((request, reply) -> whole.apply(resource.withoutRanges().reply(request)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7})
  void theSameVersionGoesOnAsOneStream(int ranges) throws IOException {
    refuseAfter(ranges, Resource.of(BODY), reply -> reply);
    DownloadResult result = get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM);
    assertThat(result.bytes()).isEqualTo(BODY.length());
    assertThat(result.retries()).isZero();
    assertDirectoryHolds("target");
  }

  @Test
  void theOtherSegmentsStopAndWhatTheyWroteStaysRight() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(request -> !isFirst(request))
        .answer((request, reply) -> reply.stallAfter(30_000, never));
    origin
        .on("/file")
        .where(request -> asked(request).start() >= 4 * SEGMENT || isRest(request))
        .serve(Resource.of(BODY).withoutRanges());
    Download download =
        engine.submit(request("/file").withConnections(5).withChecksum("sha256:" + BODY.sha256()));
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertThat(download.latest().bytesReceived()).isEqualTo(BODY.length());
    assertThat(download.latest().activeSegments()).isZero();
  }

  private static boolean isRest(RecordedRequest request) {
    return asked(request).endExclusive() == BODY.length();
  }

  /** Some of a site's servers give ranges, and some do not. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void rangesThatComeAndGoGiveTheSameFile(long seed) throws IOException {
    Random random = new Random(seed);
    Resource whole = Resource.of(BODY).withoutRanges();
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .answer(
            (request, reply) -> {
              Reply answer = random.nextInt(4) == 0 ? whole.reply(request) : reply;
              return random.nextInt(4) == 0
                  ? answer.closeAfter(random.nextInt(2 * SEGMENT))
                  : answer.inPiecesOf(1 + random.nextInt(30_000));
            });
    DownloadRequest request = request("/file").withConnections(1 + random.nextInt(5));
    get(request.withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
  }

  @Test
  void aStreamThatBreaksGoesOnWhereItBroke() throws IOException {
    refuseAfter(3, Resource.of(BODY), reply -> reply);
    origin.on("/file").request(5).answer(reply -> reply.closeAfter(4 * SEGMENT));
    get(request("/file").withConnections(1).withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
  }

  @Test
  void anotherVersionStartsOver() throws IOException {
    Body changed = Body.random(2, 8 * SEGMENT);
    origin.serve("/file", Resource.of(changed).withoutRanges());
    origin.on("/file").requests(1, 2).serve(Resource.of(BODY));
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), changed);
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM, Note.RESTARTED);
  }

  /** Nothing proves that the bytes so far are of the same version: all are fetched anew. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "weak"})
  void aWholeThatNothingProvesStartsOver(String validator) throws IOException {
    refuseAfter(3, validator.equals("none") ? BARE : BARE.withEtag("W/\"1\""), reply -> reply);
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM, Note.RESTARTED);
  }

  private static Reply login(Reply reply) {
    return Reply.status(200).header("Content-Type", "text/html; charset=utf-8").body(LOGIN);
  }

  private void serveTyped(Resource resource) {
    origin.serve("/file", resource);
    origin.on("/file").answer(reply -> reply.header("Content-Type", "application/zip"));
  }

  @Test
  void aLoginPageOnceIsAskedAgain() throws IOException {
    serveTyped(Resource.of(BODY));
    origin.on("/file").request(3).answer(RefusedRangesTest::login);
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
    assertThat(result.notes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLoginPageThatStaysFailsAfterOneRetry(boolean named) {
    serveTyped(Resource.of(BODY));
    origin
        .on("/file")
        .requestsFrom(3)
        .answer(reply -> named ? login(reply).header("ETag", "\"login\"") : login(reply).chunked());
    InvalidResponse failure = failure(InvalidResponse.class, request("/file").withConnections(1));
    assertThat(failure.reason()).contains("something else");
    assertThat(origin.requests()).hasSize(4);
    assertDirectoryHolds();
  }

  @Test
  void aLoginPageBehindARedirectIsNotWrittenEither() {
    serveTyped(Resource.of(BODY));
    origin.serve("/login", LOGIN);
    origin.on("/login").answer(RefusedRangesTest::login);
    origin.on("/file").requestsFrom(3).answer(Reply.redirect(302, "/login"));
    failure(InvalidResponse.class, request("/file").withConnections(1));
    assertThat(origin.requests("/login")).hasSize(2);
    assertDirectoryHolds();
  }

  /** Without a length nobody can tell a page from the file. */
  @Test
  void aWholeThatTellsNothingFailsAfterOneRetry() {
    refuseAfter(2, BARE, Reply::chunked);
    failure(InvalidResponse.class, request("/file").withConnections(1));
    assertThat(origin.requests()).hasSize(4);
    assertDirectoryHolds();
  }

  @Test
  void aWholeOfAnotherLengthOnceIsAskedAgain() throws IOException {
    origin.serve("/file", BARE);
    origin.on("/file").request(3).answer(Reply.status(200).body(LOGIN));
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactly(Note.UNPROVEN);
  }

  @Test
  void aWholeOfAnotherLengthThatStaysIsAChange() {
    origin.serve("/file", BARE);
    origin
        .on("/file")
        .where(request -> asked(request).start() == 2 * SEGMENT)
        .answer(Reply.status(200).body(LOGIN));
    failure(SourceChanged.class, request("/file").withConnections(1));
    assertThat(origin.requests()).hasSize(8);
    assertDirectoryHolds();
  }

  @Test
  void aPartOfAnotherTypeIsAskedAgain() throws IOException {
    serveTyped(BARE);
    origin.on("/file").request(3).answer(reply -> reply.header("Content-Type", "text/plain"));
    get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(origin.requests()).hasSize(9);
  }
}
