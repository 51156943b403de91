package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.DownloadException.RedirectRefused;
import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadException.TooManyRedirects;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent, and where to. */
class RequestTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 3 * SEGMENT);

  @Test
  void theCallersFieldsAreSentWithEveryRequest() {
    origin.serve("/file", BODY);
    engine.network(
        NetworkSettings.defaults()
            .withUserAgent("tester/1")
            .withHeaders(Map.of("X-Everywhere", "a", "X-Both", "b")));
    get(request("/file").withHeader("X-Own", "c").withHeader("x-both", "d"));
    assertThat(origin.requests())
        .hasSize(3)
        .allSatisfy(
            request -> {
              assertThat(request.header("User-Agent")).contains("tester/1");
              assertThat(request.header("X-Everywhere")).contains("a");
              assertThat(request.header("X-Own")).contains("c");
              assertThat(values(request, "X-Both")).containsExactly("d");
              assertThat(values(request, "Host")).containsExactly("127.0.0.1:" + origin.port());
            });
  }

  @Test
  void aRequestsOwnNetworkSettingsReplaceTheEngines() {
    origin.serve("/file", BODY);
    get(request("/file").withNetwork(NetworkSettings.defaults().withUserAgent("own/2")));
    assertThat(origin.requests().get(0).header("User-Agent")).contains("own/2");
  }

  @Test
  void credentialsInTheUriBecomeAnAuthorization() {
    origin.serve("/file", BODY);
    URI uri = URI.create("http://user:p%40ss+1@127.0.0.1:" + origin.port() + "/file");
    DownloadResult result = get(DownloadRequest.of(uri, target()));
    assertThat(origin.requests())
        .hasSize(3)
        .allSatisfy(
            request -> {
              assertThat(request.header("Authorization")).contains("Basic dXNlcjpwQHNzKzE=");
              assertThat(request.target()).isEqualTo("/file");
            });
    assertThat(result.finalUri().toString()).doesNotContain("user").doesNotContain("ss");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/../b//c", "/%7euser/%2e%2E/x?sig=%2f+%20&a=b=c", "/a;v=1/b?", "/?q"})
  void aPathAndAQueryAreSentAsTheyCame(String target) {
    origin.onEvery((request, reply) -> Reply.status(200).body(Body.of("x")));
    get(request(target));
    assertThat(origin.requests().get(0).target()).isEqualTo(target);
  }

  @Test
  void aRequestWithoutATargetIsInvalid() {
    DownloadRequest streamOnly = DownloadRequest.of(origin.uri("/file"));
    assertThatThrownBy(() -> get(streamOnly)).isInstanceOf(InvalidRequest.class);
    assertThat(engine.downloads()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void oneRedirectServesAllSegments(int status) throws IOException {
    origin.serve("/real", BODY);
    origin.on("/file").answer(Reply.redirect(status, "/moved?q=1"));
    origin.on("/moved").answer(Reply.redirect(status, "real#part"));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(origin.requests("/file")).hasSize(1);
    assertThat(origin.requests("/moved")).hasSize(1);
    assertThat(origin.requests("/real")).hasSize(3);
    assertThat(result.finalUri()).isEqualTo(origin.uri("/real"));
  }

  @Test
  void anotherOriginHearsOfNoSecret() throws IOException {
    try (ScriptedOrigin other = ScriptedOrigin.start()) {
      other.serve("/file", BODY);
      origin.on("/file").answer(Reply.redirect(302, other.uri("/file").toString()));
      engine.network(
          NetworkSettings.defaults()
              .withUserAgent("tester/1")
              .withHeaders(Map.of("X-Token", "secret")));
      URI uri = URI.create("http://user:secret@127.0.0.1:" + origin.port() + "/file");
      get(DownloadRequest.of(uri, target()).withHeader("Cookie", "secret=1"));
      assertHolds(target(), BODY);
      assertThat(other.requests())
          .hasSize(3)
          .allSatisfy(
              request -> {
                assertThat(request.headers().toString()).doesNotContain("secret");
                assertThat(request.header("Authorization")).isEmpty();
                assertThat(request.header("User-Agent")).contains("tester/1");
                assertThat(request.header("Range")).isPresent();
              });
      assertThat(origin.requests().get(0).header("Cookie")).contains("secret=1");
    }
  }

  @Test
  void aLoopOfRedirectsEndsAtTheLimit() {
    origin.on("/file").answer(Reply.redirect(302, "/again"));
    origin.on("/again").answer(Reply.redirect(302, "/file"));
    engine.network(NetworkSettings.defaults().withMaxRedirects(7));
    TooManyRedirects failure = failure(TooManyRedirects.class, request("/file"));
    assertThat(failure.limit()).isEqualTo(7);
    assertThat(origin.requests()).hasSize(8);
    assertDirectoryHolds();
  }

  @Test
  void aRedirectToAnotherSchemeIsRefused() {
    origin.on("/file").answer(Reply.redirect(302, "file:///etc/passwd"));
    failure(RedirectRefused.class, request("/file"));
    assertThat(origin.requests()).hasSize(1);
    assertDirectoryHolds();
  }

  /** What has been answered once may still fall silent at the next address. */
  @Test
  void aRedirectsTargetThatNeverAnswersTimesOut() {
    CountDownLatch never = new CountDownLatch(1);
    origin.on("/file").answer(Reply.redirect(302, "/silent"));
    origin.on("/silent").answer(Reply.status(200).delayedUntil(never));
    Timeout failure = failure(Timeout.class, impatient());
    assertThat(failure.phase()).isEqualTo(Timeout.Phase.RESPONSE);
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 404})
  void aBodyThatIsNotWantedAndNeverEndsTimesOut(int status) {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/real", BODY);
    origin
        .on("/file")
        .answer(Reply.redirect(status, "/real").body(Body.of("gone")).stallAfter(2, never));
    Timeout failure = failure(Timeout.class, impatient());
    assertThat(failure.phase()).isEqualTo(Timeout.Phase.STALL);
  }

  private DownloadRequest impatient() {
    return request("/file")
        .withRetryPolicy(RetryPolicy.none())
        .withNetwork(NetworkSettings.defaults().withStallTimeout(Duration.ofSeconds(1)));
  }

  private static List<String> values(RecordedRequest request, String name) {
    return request.headers().stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }
}
