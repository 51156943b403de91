package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is kept of a file's version beside it counts for that file only, as it was left; of what may
 * be no whole version nothing is kept.
 */
class VersionFileTest extends IfNewerTestBase {

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
  void aFileThatHasNotTheExpectedDigestIsFetchedWhateverItsVersion() throws IOException {
    origin.serve("/file", OLD);
    get(request());
    origin.serve("/file", Resource.of(NEW).withEtag(Resource.of(OLD).etag().orElseThrow()));

    assertFetched(get(request().withChecksum("sha256:" + NEW.sha256())), NEW);
    assertThat(conditionalRequests()).isEmpty();
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
