package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import reactor.util.context.Context;

/** What stands in a registry. */
class MicrometerMetricsTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 3 * SEGMENT);

  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private void record(MicrometerMetrics metrics) {
    use(builder().metrics(metrics));
  }

  @Test
  void aScrapeShowsTheseMetrics() {
    record(MicrometerMetrics.of(prometheus));
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.closeAfter(100));
    get(request("/file").withConnections(1));
    failure(DownloadException.HttpStatus.class, request("/missing").withOverwrite(true));

    assertThat(scrape().replace(origin.uri("").toString(), "ORIGIN"))
        .isEqualTo(
            """
            # TYPE qsde_connections gauge
            qsde_connections{origin="ORIGIN"} 0.0
            # TYPE qsde_downloads_active gauge
            qsde_downloads_active 0.0
            # TYPE qsde_downloads_finished_total counter
            qsde_downloads_finished_total{error="HttpStatus",outcome="failed"} 1.0
            qsde_downloads_finished_total{error="none",outcome="completed"} 1.0
            # TYPE qsde_downloads_paused gauge
            qsde_downloads_paused 0.0
            # TYPE qsde_downloads_queued gauge
            qsde_downloads_queued 0.0
            # TYPE qsde_memory_used_bytes gauge
            qsde_memory_used_bytes 0.0
            # TYPE qsde_received_bytes_total counter
            qsde_received_bytes_total 196608.0
            # TYPE qsde_retries_total counter
            qsde_retries_total{error="ConnectionLost"} 1.0
            # TYPE qsde_segment_duration_seconds summary
            qsde_segment_duration_seconds_count 3
            qsde_segment_duration_seconds_sum SECONDS
            # TYPE qsde_segment_duration_seconds_max gauge
            qsde_segment_duration_seconds_max SECONDS
            # TYPE qsde_time_to_first_byte_seconds summary
            qsde_time_to_first_byte_seconds_count 5
            qsde_time_to_first_byte_seconds_sum SECONDS
            # TYPE qsde_time_to_first_byte_seconds_max gauge
            qsde_time_to_first_byte_seconds_max SECONDS
            """);
  }

  /** Returns what a scrape shows but the help, with times that differ from run to run left out. */
  private String scrape() {
    return prometheus
        .scrape()
        .lines()
        .filter(line -> !line.startsWith("# HELP"))
        .map(line -> line.replaceAll("^(\\w+_seconds_(sum|max)) \\S+", "$1 SECONDS"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  @Test
  void noSecretAndNoPathIsATag() {
    record(MicrometerMetrics.of(prometheus));
    origin.serve("/path-2731", BODY);
    String uri = origin.uri("/path-2731?signature=query-2732").toString();
    get(
        DownloadRequest.of(uri.replace("//", "//user-2733:word-2734@"), target())
            .withHeader("X-Key", "header-2735")
            .withId("id-2736"));

    assertThat(prometheus.scrape()).contains("qsde_connections{").doesNotContain("-273");
  }

  @Test
  void ofManyOriginsTheFirstHaveANameAndTheRestShareOne() {
    MicrometerMetrics metrics = MicrometerMetrics.of(prometheus);
    for (int n = 0; n < 100; n++) {
      metrics.connectionTaken("https://host-" + n);
    }
    metrics.connectionReleased("https://host-0");
    metrics.connectionReleased("https://host-99");

    assertThat(scrape().lines().filter(line -> line.startsWith("qsde_connections{")))
        .hasSize(17)
        .contains(
            "qsde_connections{origin=\"https://host-0\"} 0.0",
            "qsde_connections{origin=\"https://host-15\"} 1.0",
            "qsde_connections{origin=\"other\"} 83.0");
  }

  @Test
  void enginesAreAddedUpAndWhatAClosedOneReceivedStaysCounted() {
    MicrometerMetrics metrics = MicrometerMetrics.of(prometheus);
    origin.serve("/file", BODY);
    CountDownLatch never = new CountDownLatch(1);
    origin.on("/held").answer(reply -> reply.delayedUntil(never));
    record(metrics);
    get(request("/file"));
    record(metrics);
    get(request("/file").withOverwrite(true));

    assertThat(scrape()).contains("qsde_received_bytes_total 393216.0\n");
    try (DownloadEngine other = builder().metrics(metrics).build()) {
      engine.submit(request("/held").withOverwrite(true));
      other.submit(DownloadRequest.of(origin.uri("/held"), dir.resolve("another")));
      origin.await(() -> origin.requests("/held").size() == 2);
      assertThat(scrape()).contains("qsde_downloads_active 2.0\n");
    }
    engine.cancelAll();
    await(() -> scrape().contains("qsde_downloads_active 0.0\n"));
    await(
        () ->
            scrape()
                .contains(
                    "qsde_downloads_finished_total{error=\"none\",outcome=\"cancelled\"} 2.0\n"));
  }

  /** Keeps the observations that have ended. */
  private static final class Ended implements ObservationHandler<Observation.Context> {
    private final List<Observation.Context> contexts = new CopyOnWriteArrayList<>();

    @Override
    public void onStop(Observation.Context context) {
      contexts.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
      return true;
    }

    Observation.Context only() {
      assertThat(contexts).hasSize(1);
      return contexts.get(0);
    }
  }

  private final ObservationRegistry observations = ObservationRegistry.create();
  private final Ended ended = new Ended();

  /** By their name alone: their type is of a module that is nobody's choice here. */
  private static String tags(Observation.Context context) {
    return assertThat(context).extracting("lowCardinalityKeyValues").actual().toString();
  }

  private void observe() {
    observations.observationConfig().observationHandler(ended);
    record(MicrometerMetrics.of(new SimpleMeterRegistry(), observations));
  }

  @Test
  void aDownloadIsAnObservationBelowTheSubscribersOwn() {
    observe();
    origin.serve("/file", BODY);
    Observation caller = Observation.start("caller", observations);

    engine
        .download(request("/file"))
        .contextWrite(Context.of("micrometer.observation", caller))
        .block(LIMIT);

    Observation.Context download = ended.only();
    assertThat(download.getName()).isEqualTo("qsde.download");
    assertThat(download.getParentObservation()).isSameAs(caller);
    assertThat(tags(download)).isEqualTo("[keyValue(outcome=completed)]");
    assertThat(download).extracting("highCardinalityKeyValues").hasToString("[]");
    assertThat(download.getError()).isNull();
    caller.stop();
  }

  @Test
  void whatIsSubmittedIsBelowTheThreadsObservation() {
    observe();
    origin.serve("/file", BODY);
    Observation caller = Observation.start("caller", observations);
    Download download;
    try (Observation.Scope scope = caller.openScope()) {
      assertThat(scope.getCurrentObservation()).isSameAs(caller);
      download = engine.submit(request("/file"));
    }
    download.result().block(LIMIT);

    assertThat(ended.only().getParentObservation()).isSameAs(caller);
    caller.stop();
  }

  @Test
  void anObservationKnowsTheFailure() {
    observe();
    origin.on("/file").answer(Reply.status(404));

    DownloadException failure = failure(DownloadException.HttpStatus.class, request("/file"));

    assertThat(ended.only().getError()).isSameAs(failure);
    assertThat(tags(ended.only())).isEqualTo("[keyValue(outcome=failed)]");
  }

  @Test
  void aCancelledDownloadEndsItsObservationWithoutAnError() {
    observe();
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.delayedUntil(never));
    Download download = engine.submit(request("/file"));
    origin.await(() -> !origin.requests().isEmpty());
    download.dispose();
    download.closed().block(LIMIT);

    assertThat(ended.only().getError()).isNull();
    assertThat(tags(ended.only())).isEqualTo("[keyValue(outcome=cancelled)]");
  }

  @Test
  void withoutADownloadNothingIsTagged() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    record(MicrometerMetrics.of(meters));

    assertThat(meters.getMeters()).extracting(Meter::getId).allMatch(id -> id.getTags().isEmpty());
  }
}
