package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are fetched only where the server has another version. */
class IfNewerTest extends EngineTestBase {

  private static final Body OLD = Body.random(1, 3 * SEGMENT);
  private static final Body NEW = Body.random(2, 3 * SEGMENT);

  @BeforeEach
  void answerConditions() {
    origin.on("/file").answer(IfNewerTest::conditional);
  }

  /** A strong tag that is named, else a date that is, makes it a 304 (RFC 9110 §13.2.2). */
  private static Reply conditional(RecordedRequest request, Reply reply) {
    String field = request.header("If-None-Match").isPresent() ? "ETag" : "Last-Modified";
    String named = field.equals("ETag") ? "If-None-Match" : "If-Modified-Since";
    return request.header(named).isPresent()
            && reply.headerValue(field).equals(request.header(named))
        ? Reply.status(304).withoutHeader("Content-Length")
        : reply;
  }

  private DownloadRequest request() {
    return request("/file").withIfNewer(true);
  }

  private Path version() {
    return dir.resolve("target.qsde-version");
  }

  private void assertFetched(DownloadResult result, Body body) throws IOException {
    assertThat(result.notes()).doesNotContain(Note.NOT_MODIFIED);
    assertHolds(target(), body);
  }

  private void assertCurrent(DownloadResult result, Body body) throws IOException {
    assertThat(result.notes()).containsExactly(Note.NOT_MODIFIED);
    assertThat(result.target()).isEqualTo(target());
    assertThat(result.bytes()).isEqualTo(body.length());
    assertThat(result.segments()).isZero();
    assertHolds(target(), body);
    assertDirectoryHolds("target", "target.qsde-version");
  }

  private List<RecordedRequest> conditionalRequests() {
    return origin.requests().stream()
        .filter(
            request ->
                request.header("If-None-Match").isPresent()
                    || request.header("If-Modified-Since").isPresent())
        .toList();
  }

  @Test
  void aFileIsFetchedOnceAndThenCurrent() throws IOException {
    origin.serve("/file", OLD);
    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
    int before = origin.requests().size();

    DownloadResult result = get(request());

    assertCurrent(result, OLD);
    assertThat(result.retries()).isZero();
    assertThat(origin.requests()).hasSize(before + 1);
    RecordedRequest last = origin.requests().get(before);
    assertThat(last.header("If-None-Match")).isPresent();
    assertThat(last.header("If-Modified-Since")).contains("Thu, 01 Jan 2026 00:00:00 GMT");
    assertThat(last.header("If-Range")).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(version())))
        .isEqualTo("rw-------");
  }

  @Test
  void aCurrentFileOfAnotherLengthThanExpectedIsFetchedAgain() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    assertCurrent(get(request().withTotalBytes(OLD.length())), OLD);
    int before = conditionalRequests().size();

    failure(InvalidResponse.class, request().withTotalBytes(OLD.length() + 1));

    assertThat(conditionalRequests()).hasSize(before);
    assertHolds(target(), OLD);
  }

  @Test
  void theConnectionOfAnUnmodifiedFileIsUsedAgain() {
    origin.serve("/file", Body.random(1, 10));
    for (int i = 0; i < 5; i++) {
      get(request());
    }
    assertThat(origin.requests()).hasSize(5).allMatch(request -> request.connection() == 1);
  }

  @Test
  void anotherVersionReplacesTheFile() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    origin.serve("/file", NEW);

    assertFetched(get(request()), NEW);
    assertThat(conditionalRequests()).singleElement().matches(r -> asked(r).start() == 0);
    assertCurrent(get(request()), NEW);
  }

  @Test
  void aDateIsEnough() throws IOException {
    origin.serve("/file", OLD);
    origin.on("/file").answer(reply -> reply.withoutHeader("ETag"));
    get(request());
    assertThat(Files.readString(version())).doesNotContain("etag").contains("last-modified");

    assertCurrent(get(request()), OLD);
  }

  @Test
  void aServerThatIgnoresConditionsSendsTheFileAgain() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    origin.on("/file").answer((request, reply) -> Resource.of(OLD).reply(request));

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).hasSize(1);
  }

  @Test
  void theConditionsFollowARedirect() throws IOException {
    origin.serve("/real", OLD);
    origin.on("/real").answer(IfNewerTest::conditional);
    origin.on("/file").answer(Reply.redirect(302, "/real?signature=1"));
    get(request());

    DownloadResult result = get(request());

    assertCurrent(result, OLD);
    assertThat(result.finalUri().getPath()).isEqualTo("/real");
    assertThat(conditionalRequests()).extracting(r -> r.path()).containsExactly("/file", "/real");
  }

  /** The condition is one of the whole download, so each of its first requests has it. */
  @Test
  void afterAFailureItIsAskedAgainUnderTheSameCondition() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    int before = origin.requests().size();
    origin.on("/file").request(1).answer(Reply.status(503));

    DownloadResult result = get(request());

    assertCurrent(result, OLD);
    assertThat(result.retries()).isEqualTo(1);
    assertThat(origin.requests()).hasSize(before + 2);
    assertThat(conditionalRequests()).hasSize(2);
  }

  @Test
  void aFileOfAnotherLengthIsFetchedAgain() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    FileTime time = Files.getLastModifiedTime(target());
    Files.write(target(), OLD.slice(0, 100).bytes());
    Files.setLastModifiedTime(target(), time);

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
    assertCurrent(get(request()), OLD);
  }

  @Test
  void aFileThatWasWrittenToIsFetchedAgain() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    Files.write(target(), NEW.bytes());
    Files.setLastModifiedTime(
        target(), FileTime.from(Files.getLastModifiedTime(version()).toInstant().plusSeconds(1)));

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
  }

  @Test
  void aFileThatAnotherDownloadHasReplacedIsFetchedAgain() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    origin.serve("/file", NEW);
    get(request("/file").withOverwrite(true).withRemoteTime(true));
    assertDirectoryHolds("target");
    origin.serve("/file", OLD);

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
  }

  @Test
  void aFileThatIsGoneIsFetchedAgain() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    Files.delete(target());

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
  }

  @Test
  void aFileOfWhichNothingIsKnownIsFetchedAgain() throws IOException {
    origin.serve("/file", OLD);
    Files.write(target(), OLD.bytes());

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 14, 30, 86, 92, 100})
  void aTornVersionCountsForNothing(int length) throws IOException {
    origin.serve("/file", OLD);
    get(request());
    byte[] whole = Files.readAllBytes(version());
    Files.write(version(), Arrays.copyOf(whole, length));

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
    assertThat(version()).hasBinaryContent(whole);
  }

  @Test
  void theVersionOfAnotherUriCountsForNothing() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    origin.serve("/other", NEW);

    assertFetched(get(request("/other").withIfNewer(true)), NEW);
    assertThat(conditionalRequests()).isEmpty();
  }

  @Test
  void aLinkInItsPlaceIsReplacedAndNotFollowed() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    Path victim = Files.move(version(), dir.resolve("victim"));
    Files.createSymbolicLink(version(), victim);
    String before = Files.readString(victim);

    assertFetched(get(request()), OLD);
    assertThat(conditionalRequests()).isEmpty();
    assertThat(victim).hasContent(before);
    assertThat(version()).isRegularFile();
    assertThat(Files.isSymbolicLink(version())).isFalse();
  }

  @Test
  void aFailureLeavesTheFileAndItsVersion() throws IOException {
    origin.on("/none").answer(Reply.status(404));
    failure(HttpStatus.class, request("/none").withIfNewer(true));
    assertDirectoryHolds();

    origin.serve("/file", OLD);
    get(request());
    String kept = Files.readString(version());
    origin.on("/file").answer(Reply.status(404));
    failure(HttpStatus.class, request());

    assertHolds(target(), OLD);
    assertThat(version()).hasContent(kept);
    assertDirectoryHolds("target", "target.qsde-version");
  }

  @Test
  void aDownloadThatIsDiscardedLeavesNothing() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", OLD);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(100, never));
    Download download = engine.submit(request());
    origin.await(() -> origin.requests().size() >= 2);

    download.discard();

    download.closed().block(LIMIT);
    assertDirectoryHolds();
  }

  @Test
  void nobodyAsksForA304WithoutACondition() {
    origin.on("/file").answer(Reply.status(304).withoutHeader("Content-Length"));

    assertThat(failure(HttpStatus.class, request()).status()).isEqualTo(304);
    assertDirectoryHolds();
  }

  @Test
  void laterSegmentsHaveNoCondition() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    origin.serve("/file", NEW);
    int before = origin.requests().size();
    get(request());

    assertThat(origin.requests().subList(before + 1, origin.requests().size()))
        .hasSizeGreaterThan(1)
        .allMatch(request -> request.header("If-None-Match").isEmpty())
        .allMatch(request -> request.header("If-Range").isPresent());
  }

  @Test
  void nothingIsKeptOfAFileThatMayBeAMixture() {
    origin.serve("/file", Resource.of(OLD).withEtag("W/\"1\""));

    assertThat(get(request()).notes()).contains(Note.UNPROVEN);
    assertDirectoryHolds("target");
  }

  @Test
  void nothingIsKeptOfAFileThatMayBeCut() {
    origin.serve("/file", Resource.of(OLD).withoutRanges());
    origin.on("/file").answer(Reply::closeDelimited);

    assertThat(get(request()).notes()).contains(Note.LENGTH_UNKNOWN);
    assertDirectoryHolds("target");
  }

  @Test
  void theExpectedDigestDecidesWithoutARequest() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    int before = origin.requests().size();

    DownloadResult result = get(request().withChecksum("sha256:" + OLD.sha256()));

    assertThat(result.notes()).containsExactly(Note.ALREADY_PRESENT);
    assertThat(origin.requests()).hasSize(before);
  }

  @Test
  void aFileThatHasNotTheExpectedDigestIsFetchedWhateverItsVersion() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    origin.serve("/file", Resource.of(NEW).withEtag(Resource.of(OLD).etag().orElseThrow()));

    assertFetched(get(request().withChecksum("sha256:" + NEW.sha256())), NEW);
    assertThat(conditionalRequests()).isEmpty();
  }

  @Test
  void theDigestThatIsWantedIsThatOfTheFile() throws IOException {
    origin.serve("/file", OLD);
    get(request());

    DownloadResult result = get(request().withComputedChecksum(HashAlgorithm.SHA256));

    assertCurrent(result, OLD);
    assertThat(result.checksum().hex()).isEqualTo(OLD.sha256());
  }

  @Test
  void inADirectoryTheNameOfTheUriIsAskedAbout() throws IOException {
    origin.serve("/file", OLD);
    DownloadRequest request = DownloadRequest.of(origin.uri("/file"), dir).withIfNewer(true);
    get(request);
    Download download = engine.submit(request.withChecksum("sha256:" + OLD.sha256()));

    DownloadResult result = download.result().block(LIMIT);

    assertThat(result.notes()).containsExactly(Note.NOT_MODIFIED);
    assertThat(result.target()).isEqualTo(dir.resolve("file"));
    assertThat(result.checksum().hex()).isEqualTo(OLD.sha256());
    assertThat(download.latest().fileName()).isEqualTo("file");
    assertDirectoryHolds("file", "file.qsde-version");

    origin.serve("/file", NEW);
    assertThat(get(request.withChecksum("sha256:" + NEW.sha256())).notes()).isEmpty();
    assertHolds(dir.resolve("file"), NEW);
  }

  /** Its ETag means nothing at another place (RFC 9110 §8.8.3). */
  @Test
  void theVersionOfAMirrorIsNotKeptAsTheRequests() throws IOException {
    origin.on("/file").answer(reply -> Reply.status(404));
    origin.serve("/mirror", Resource.of(NEW));
    DownloadResult result =
        get(request().withMirrors(origin.uri("/mirror").toString()).withConnections(1));
    assertFetched(result, NEW);
    assertDirectoryHolds("target");
  }
}
