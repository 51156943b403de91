package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException.ChecksumMismatch;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Digests that servers offer, where the request names none. */
class OfferedDigestTest extends EngineTestBase {

  private static final Body BODY = Body.random(7, 5 * SEGMENT + 321);
  private static final Body OTHER = Body.random(8, 5 * SEGMENT + 321);

  private static String field(Body body) {
    byte[] digest = HexFormat.of().parseHex(body.sha256());
    return "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
  }

  private void offer(Body body) {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.header("Repr-Digest", field(body)));
  }

  @Test
  void itIsVerifiedAndTold() throws IOException {
    offer(BODY);
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.checksum()).isEqualTo(new Checksum(HashAlgorithm.SHA256, BODY.sha256()));
  }

  @Test
  void aFileThatHasAnotherFailsAfterASecondAttempt() {
    offer(OTHER);
    ChecksumMismatch failure = failure(ChecksumMismatch.class, request("/file"));
    assertThat(failure.expected().hex()).isEqualTo(OTHER.sha256());
    assertDirectoryHolds();
    assertSent(2 * BODY.length());
  }

  @Test
  void theRequestsOwnIsTheOneThatCounts() throws IOException {
    offer(OTHER);
    get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
  }

  @Test
  void anotherAlgorithmThanTheOneAskedForIsNotMadeAsWell() {
    offer(OTHER);
    DownloadResult result = get(request("/file").withComputedChecksum(HashAlgorithm.MD5));
    assertThat(result.checksum().hex()).isEqualTo(BODY.digest("MD5"));
  }

  @Test
  void thatOfAPartIsNotThatOfTheFile() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.header("Content-Digest", field(OTHER)));
    assertThat(get(request("/file")).checksum()).isNull();
    assertHolds(target(), BODY);
  }

  @Test
  void itProvesAFileWithoutLengthAndVersion() {
    origin.serve("/file", Resource.of(BODY).withoutRanges().withoutValidators());
    origin.on("/file").answer(reply -> reply.header("Repr-Digest", field(BODY)));
    origin.on("/file").answer(Reply::chunked);
    assertThat(get(request("/file")).notes()).containsExactly(Note.SINGLE_STREAM);
  }

  @Test
  void aStreamIsVerifiedAsWell() {
    offer(OTHER);
    DownloadRequest request = DownloadRequest.of(origin.uri("/file"));
    assertThatThrownBy(() -> engine.stream(request).blockLast(LIMIT))
        .isInstanceOf(ChecksumMismatch.class);
  }
}
