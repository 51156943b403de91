package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects to signed addresses that are good for a while only. */
class ExpiredTargetTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 6 * SEGMENT);

  private int signed;

  /** Redirects to the path with a new signature each time, of which only the last is good. */
  private void sign(String path) {
    origin
        .on("/file")
        .answer((request, reply) -> Reply.redirect(302, path + "?signature=" + ++signed));
  }

  /** Answers this status to what comes with the first signature, after so many requests. */
  private void expireAfter(int requests, String path, int status) {
    origin
        .on(path)
        .where(request -> request.target().endsWith("=1"))
        .requestsFrom(requests + 1)
        .answer(Reply.status(status).body(Body.of("expired")));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 410})
  void theRequestedAddressIsAskedAgain(int status) throws IOException {
    origin.serve("/signed", BODY);
    sign("/signed");
    expireAfter(2, "/signed", status);
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
    assertThat(origin.requests("/file")).hasSize(2);
    // Two that were good, one that was not, and all that follow at the new address.
    assertThat(origin.requests("/signed")).hasSize(7);
    assertThat(origin.requests("/signed").subList(3, 7))
        .allSatisfy(
            request -> {
              assertThat(request.target()).isEqualTo("/signed?signature=2");
              assertThat(request.header("If-Range")).isPresent();
            });
    // The same origin and path: the strong ETag compares, and proves.
    assertThat(result.notes()).isEmpty();
  }

  @Test
  void allSegmentsFindTheNewTargetWhenItExpiresUnderThem() throws IOException {
    origin.serve("/signed", BODY);
    sign("/signed");
    expireAfter(1, "/signed", 403);
    get(request("/file").withConnections(4).withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertThat(origin.requests("/file")).hasSizeBetween(2, 5);
  }

  @Test
  void aBrokenSegmentGoesOnAtTheNewTarget() throws IOException {
    origin.serve("/signed", BODY);
    sign("/signed");
    origin.on("/signed").request(2).answer(reply -> reply.closeAfter(10_000));
    expireAfter(2, "/signed", 403);
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
    assertSent(BODY.length() + "expired".length());
  }

  /** Two places name the same file in their own ways: the length decides, and proves little. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void elsewhereAnotherEtagIsNoChange(boolean digest) throws IOException {
    try (ScriptedOrigin other = ScriptedOrigin.start()) {
      other.serve("/copy", Resource.of(BODY).withEtag("\"another\""));
      origin.serve("/signed", BODY);
      origin.on("/file").answer(Reply.redirect(302, other.uri("/copy").toString()));
      origin.on("/file").request(1).answer(Reply.redirect(302, "/signed?signature=1"));
      expireAfter(3, "/signed", 403);
      DownloadRequest request = request("/file").withConnections(1);
      DownloadResult result =
          get(digest ? request.withChecksum("sha256:" + BODY.sha256()) : request);
      assertHolds(target(), BODY);
      assertThat(result.finalUri()).isEqualTo(other.uri("/copy"));
      assertThat(result.validator()).isEqualTo("\"another\"");
      assertThat(other.requests("/copy").get(0).header("If-Range")).isEmpty();
      assertThat(other.requests("/copy").get(1).header("If-Range")).contains("\"another\"");
      if (digest) {
        assertThat(result.notes()).isEmpty();
      } else {
        assertThat(result.notes()).containsExactly(Note.UNPROVEN);
      }
    }
  }

  @Test
  void anotherLengthElsewhereIsAnotherVersion() throws IOException {
    Body longer = Body.random(2, 7 * SEGMENT);
    origin.serve("/new", longer);
    origin.serve("/signed", BODY);
    origin.on("/file").answer(Reply.redirect(302, "/new"));
    origin.on("/file").request(1).answer(Reply.redirect(302, "/signed?signature=1"));
    expireAfter(2, "/signed", 404);
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), longer);
    assertThat(result.notes()).containsExactly(Note.RESTARTED);
  }

  @Test
  void anotherEtagAtTheSamePathIsAnotherVersion() throws IOException {
    Body changed = Body.random(3, 6 * SEGMENT);
    origin.serve("/signed", changed);
    sign("/signed");
    origin.on("/signed").where(request -> request.target().endsWith("=1")).serve(Resource.of(BODY));
    expireAfter(2, "/signed", 403);
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), changed);
    assertThat(result.notes()).containsExactly(Note.RESTARTED);
  }

  @Test
  void whatStaysForbiddenFails() {
    origin.serve("/signed", BODY);
    sign("/signed");
    origin.on("/signed").requestsFrom(3).answer(Reply.status(403));
    HttpStatus failure = failure(HttpStatus.class, request("/file").withConnections(1));
    assertThat(failure.status()).isEqualTo(403);
    assertThat(origin.requests("/file")).hasSize(2);
    assertDirectoryHolds();
  }

  @Test
  void aFirstAnswerThatForbidsFailsAtOnce() {
    sign("/signed");
    origin.on("/signed").answer(Reply.status(403));
    failure(HttpStatus.class, request("/file"));
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void theNewWayEndsAtTheLimitOfRedirectsToo() throws IOException {
    origin.serve("/signed", BODY);
    sign("/signed");
    expireAfter(2, "/signed", 410);
    engine.updateNetwork(network -> network.withMaxRedirects(1));
    get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
  }

  @Test
  void aStreamThatCannotBeGoneOnWithBeginsAgainAtTheNewTarget() throws IOException {
    try (ScriptedOrigin other = ScriptedOrigin.start()) {
      other.serve("/copy", Resource.of(BODY).withoutRanges());
      origin.serve("/signed", Resource.of(BODY).withoutRanges());
      origin.on("/signed").answer(reply -> reply.closeAfter(100_000));
      origin.on("/file").answer(Reply.redirect(302, other.uri("/copy").toString()));
      origin.on("/file").request(1).answer(Reply.redirect(302, "/signed?signature=1"));
      expireAfter(1, "/signed", 403);
      DownloadResult result = get(request("/file"));
      assertHolds(target(), BODY);
      // All of it is of one body in the end.
      assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM);
      assertThat(URI.create(result.finalUri().toString())).isEqualTo(other.uri("/copy"));
    }
  }
}
