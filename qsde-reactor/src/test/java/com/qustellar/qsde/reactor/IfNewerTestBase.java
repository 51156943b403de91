package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A server that answers conditions, for files that are fetched where it has another version. */
abstract class IfNewerTestBase extends EngineTestBase {

  static final Body OLD = Body.random(1, 3 * SEGMENT);
  static final Body NEW = Body.random(2, 3 * SEGMENT);

  @BeforeEach
  void answerConditions() {
    origin.on("/file").answer(IfNewerTestBase::conditional);
  }

  /** A strong tag that is named, else a date that is, makes it a 304 (RFC 9110 §13.2.2). */
  static Reply conditional(RecordedRequest request, Reply reply) {
    String field = request.header("If-None-Match").isPresent() ? "ETag" : "Last-Modified";
    String named = field.equals("ETag") ? "If-None-Match" : "If-Modified-Since";
    return request.header(named).isPresent()
            && reply.headerValue(field).equals(request.header(named))
        ? Reply.status(304).withoutHeader("Content-Length")
        : reply;
  }

  DownloadRequest request() {
    return request("/file").withIfNewer(true);
  }

  Path version() {
    return dir.resolve("target.qsde-version");
  }

  void assertFetched(DownloadResult result, Body body) throws IOException {
    assertThat(result.notes()).doesNotContain(Note.NOT_MODIFIED);
    assertHolds(target(), body);
  }

  void assertCurrent(DownloadResult result, Body body) throws IOException {
    assertThat(result.notes()).containsExactly(Note.NOT_MODIFIED);
    assertThat(result.target()).isEqualTo(target());
    assertThat(result.bytes()).isEqualTo(body.length());
    assertThat(result.segments()).isZero();
    assertHolds(target(), body);
    assertDirectoryHolds("target", "target.qsde-version");
  }

  List<RecordedRequest> conditionalRequests() {
    return origin.requests().stream()
        .filter(
            request ->
                request.header("If-None-Match").isPresent()
                    || request.header("If-Modified-Since").isPresent())
        .toList();
  }
}
