package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
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
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Files that are fetched only where the server has another version. */
class IfNewerTest extends IfNewerTestBase {

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
    origin.on("/real").answer(IfNewerTestBase::conditional);
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
  void theExpectedDigestDecidesWithoutARequest() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    int before = origin.requests().size();

    DownloadResult result = get(request().withChecksum("sha256:" + OLD.sha256()));

    assertThat(result.notes()).containsExactly(Note.ALREADY_PRESENT);
    assertThat(origin.requests()).hasSize(before);
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
}
