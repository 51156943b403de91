package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Mirrors that are as they should be: who brings how much, what each is sent, later runs. */
class MirrorTest extends MirrorTestBase {

  // ---- who brings how much

  @Test
  void allOfThemBringSomeAndTheFasterOnesMore() throws IOException {
    Body large = Body.random(23, 8 << 20);
    ScriptedOrigin third = origin();
    List.of(origin, second, third).forEach(each -> each.serve("/large", large));
    pace(origin, 1_000_000);
    pace(second, 5_000_000);
    pace(third, 5_000_000);
    DownloadResult result =
        get(
            request("/large")
                .withMirrors(List.of(second.uri("/large"), third.uri("/large")))
                .withChecksum("sha256:" + large.sha256())
                .withConnections(6));
    assertHolds(target(), large);
    assertThat(sent(origin)).isPositive();
    assertThat(sent(second)).isGreaterThan(2 * sent(origin));
    assertThat(sent(third)).isGreaterThan(2 * sent(origin));
    assertThat(result.notes()).isEmpty();
    assertThat(result.finalUri()).isEqualTo(origin.uri("/large"));
  }

  @Test
  void oneThatCrawlsLosesWhatItHolds() throws IOException {
    use(builder().limits(limits().withSegmentSize(512 << 10)));
    CountDownLatch never = new CountDownLatch(1);
    second.onEvery((request, reply) -> reply.stallAfter(1000, never));
    pace(origin, 1_500_000);
    DownloadResult result = get(verified().withConnections(2));
    never.countDown();
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
    assertThat(second.requests()).hasSize(1);
  }

  @Test
  void theBoundsOfEachOriginCountForItself() throws IOException {
    use(builder().limits(limits().withConnectionsPerHost(2)));
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    get(verified().withConnections(4));
    assertHolds(target(), BODY);
    assertThat(origin.peakConnections()).isEqualTo(2);
    assertThat(second.peakConnections()).isEqualTo(2);
  }

  // ---- what is sent

  @Test
  void theCallersFieldsGoToItsOwnOriginOnly() throws IOException {
    use(builder().network(NetworkSettings.defaults().withHeaders(Map.of("X-All", "secret"))));
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    String own = origin.uri("/file").toString().replace("//", "//me:secret@");
    String its = second.uri("/mirror").toString().replace("//", "//you:other@");
    DownloadRequest request =
        DownloadRequest.of(own, target())
            .withMirrors(its)
            .withHeader("X-Token", "secret")
            .withConnections(4);
    get(request);
    assertHolds(target(), BODY);
    assertThat(origin.requests())
        .allSatisfy(
            asked -> {
              assertThat(asked.header("X-All")).hasValue("secret");
              assertThat(asked.header("X-Token")).hasValue("secret");
              assertThat(asked.header("Authorization")).hasValue("Basic bWU6c2VjcmV0");
            });
    assertThat(second.requests())
        .isNotEmpty()
        .allSatisfy(
            asked -> {
              assertThat(asked.headers().toString()).doesNotContain("secret");
              assertThat(asked.header("Authorization")).hasValue("Basic eW91Om90aGVy");
            });
  }

  @Test
  void thePolicyOfAddressesHoldsForEach() throws IOException {
    use(
        builder()
            .network(
                NetworkSettings.defaults()
                    .withAddressPolicy(address -> address.equals(ip("127.0.0.1")))));
    second.on("/mirror").answer(Reply.redirect(302, "http://127.0.0.3:1/"));
    get(verified().withMirrors(List.of(URI.create("http://127.0.0.2:1/"), second.uri("/mirror"))));
    assertHolds(target(), BODY);
    assertThat(second.requests()).hasSize(1);
    DownloadException.AddressRefused failure =
        failure(
            DownloadException.AddressRefused.class,
            DownloadRequest.of("http://127.0.0.2:1/", dir.resolve("none"))
                .withMirrors(second.uri("/mirror").toString()));
    assertThat(failure.address()).isEqualTo("127.0.0.2");
    assertThat(failure.getSuppressed()[0]).hasMessageContaining("127.0.0.3");
  }

  @Test
  void eachHasItsOwnValidatorsAndRedirects() throws IOException {
    ScriptedOrigin third = origin();
    Resource resource = Resource.of(BODY).withEtag("\"third\"");
    third.serve("/there", resource.withLastModified(Instant.parse("2020-02-02T00:00:00Z")));
    second.on("/mirror").answer(Reply.redirect(302, third.uri("/there").toString()));
    pace(origin, 1_000_000);
    pace(third, 1_000_000);
    assertThat(get(verified()).notes()).isEmpty();
    assertHolds(target(), BODY);
    assertThat(third.requests().size()).isGreaterThan(2);
    // The first of each connection that began before there was an answer has none.
    assertThat(third.requests())
        .filteredOn(asked -> asked.header("If-Range").isPresent())
        .isNotEmpty()
        .allSatisfy(asked -> assertThat(asked.header("If-Range")).hasValue("\"third\""));
    assertThat(origin.requests())
        .extracting(asked -> asked.header("If-Range").orElse("none"))
        .doesNotContain("\"third\"");
  }

  // ---- streams, and later runs

  @Test
  void aStreamComesFromAllOfThem() {
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    second.on("/mirror").request(3).resetAfter(100);
    DownloadRequest request =
        DownloadRequest.of(nowhere())
            .withMirrors(List.of(origin.uri("/file"), second.uri("/mirror")))
            .withChecksum("sha256:" + BODY.sha256())
            .withConnections(4);
    Long bytes =
        engine.stream(request).map(b -> (long) b.remaining()).reduce(0L, Long::sum).block(LIMIT);
    // Its digest was right, or there would be none.
    assertThat(bytes).isEqualTo(BODY.length());
    assertThat(sent(origin)).isPositive();
    assertThat(sent(second)).isPositive();
  }

  /** Cancels a download when about half of it is there. */
  private void interrupt(DownloadRequest request) {
    pace(origin, 2_000_000);
    pace(second, 2_000_000);
    Download download = engine.submit(request);
    await(() -> download.latest().bytesReceived() > BODY.length() / 2);
    download.dispose();
    download.closed().block(LIMIT);
  }

  @Test
  @KeepsPartFiles
  void aLaterRunGoesOnWithAnotherMirrorWhereADigestIsExpected() throws IOException {
    second.serve("/mirror", Resource.of(BODY).withEtag("\"its own\""));
    interrupt(verified());
    origin.close();
    DownloadResult result = get(verified());
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isGreaterThan(BODY.length() / 4);
    assertThat(result.notes()).isEmpty();
  }

  @Test
  @KeepsPartFiles
  void aLaterRunGoesOnWithAnotherMirrorOfTheSameStrongValidator() throws IOException {
    interrupt(mirrored());
    origin.close();
    DownloadResult result = get(mirrored());
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isGreaterThan(BODY.length() / 4);
    assertThat(result.notes()).containsExactly(Note.UNPROVEN);
  }

  @Test
  @KeepsPartFiles
  void whatSeveralHaveBroughtStaysUnprovenInALaterRun() throws IOException {
    interrupt(mirrored());
    second.close();
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isGreaterThan(BODY.length() / 4);
    assertThat(result.notes()).containsExactly(Note.UNPROVEN);
  }

  @Test
  void aSourceIsTheFirstOfThem() throws IOException {
    DownloadRequest request =
        DownloadRequest.of(nowhere(), target())
            .withSource(
                () -> CompletableFuture.failedFuture(new IllegalStateException("none today")))
            .withMirrors(second.uri("/mirror").toString())
            .withTotalTimeout(Duration.ofSeconds(10));
    get(request);
    assertHolds(target(), BODY);
  }
}
