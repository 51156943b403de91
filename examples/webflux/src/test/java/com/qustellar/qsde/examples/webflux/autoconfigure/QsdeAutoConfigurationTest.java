package com.qustellar.qsde.examples.webflux.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadMetrics;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.ScriptedDns;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@Timeout(30)
class QsdeAutoConfigurationTest {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(QsdeAutoConfiguration.class));

  @Test
  void theDefaultsAreTheLibrarysButForTheAddresses() {
    runner.run(
        context -> {
          DownloadEngine engine = context.getBean(DownloadEngine.class);
          assertThat(engine.limits()).isEqualTo(Limits.defaults());
          assertThat(engine.network())
              .isEqualTo(NetworkSettings.defaults().withAddressPolicy(AddressPolicy.publicOnly()));
        });
  }

  @Test
  void propertiesReachTheEngine() {
    runner
        .withPropertyValues(
            "qsde.limits.max-concurrent-downloads=3",
            "qsde.limits.connections-per-download=2",
            "qsde.limits.connections-per-host=5",
            "qsde.limits.bytes-per-second=2MB",
            "qsde.limits.segment-size=8MB",
            "qsde.limits.write-buffer-size=512KB",
            "qsde.limits.memory-budget=32MB",
            "qsde.network.addresses=any",
            "qsde.network.proxy=http://user:pass@proxy.example:3128",
            "qsde.network.proxy-enforces-addresses=true",
            "qsde.network.trusted-certificates=ca.pem",
            "qsde.network.protocol=http-2",
            "qsde.network.user-agent=mine/1",
            "qsde.network.connect-timeout=3s",
            "qsde.network.stall-timeout=4s",
            "qsde.network.max-redirects=1",
            "qsde.progress-interval=20ms")
        .run(
            context -> {
              DownloadEngine engine = context.getBean(DownloadEngine.class);
              assertThat(engine.limits())
                  .isEqualTo(
                      Limits.defaults()
                          .withMaxConcurrentDownloads(3)
                          .withConnectionsPerDownload(2)
                          .withConnectionsPerHost(5)
                          .withBytesPerSecond(2 << 20)
                          .withSegmentSize(8 << 20)
                          .withWriteBufferSize(512 << 10)
                          .withMemoryBudget(32 << 20));
              NetworkSettings network = engine.network();
              assertThat(network.addressPolicy()).isEqualTo(AddressPolicy.any());
              assertThat(network.proxy().addressPolicyEnforced()).isTrue();
              assertThat(network.proxy().scheme("https")).hasHost("proxy.example");
              assertThat(network.tls().trustedCertificates()).isEqualTo(Path.of("ca.pem"));
              assertThat(network.protocol()).isEqualTo(HttpProtocol.HTTP_2);
              assertThat(network.userAgent()).isEqualTo("mine/1");
              assertThat(network.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
              assertThat(network.stallTimeout()).isEqualTo(Duration.ofSeconds(4));
              assertThat(network.maxRedirects()).isEqualTo(1);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "qsde.limits.max-concurrent-downloads, 0, must be at least 1",
    "qsde.limits.segment-size, 1B, segment",
    "qsde.network.connect-timeout, 0s, must be longer than zero",
    "qsde.network.user-agent, ' ', the user agent is empty",
    "qsde.network.proxy, gopher://u:SECRET@h, proxy",
    "qsde.retry.max-attempts, 0, attempts",
    "qsde.name-servers, ns.example, not an address",
    "qsde.name-servers, 10.0.0.53:99999, not an address",
    "qsde.progress-interval, 1ms, at least 10 ms"
  })
  void whatIsWrongIsNamed(String property, String value, String reason) {
    runner
        .withPropertyValues(property + "=" + value)
        .run(
            context -> {
              Throwable failure = context.getStartupFailure();
              while (!(failure instanceof InvalidConfigurationPropertyValueException)) {
                failure = failure.getCause();
                assertThat(failure).isNotNull();
              }
              InvalidConfigurationPropertyValueException named =
                  (InvalidConfigurationPropertyValueException) failure;
              assertThat(named.getName()).isEqualTo(property);
              assertThat(named.getReason()).contains(reason);
              assertThat(String.valueOf(named.getValue())).doesNotContain("SECRET");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"qsde.limits.nope", "qsde.nope", "qsde.retry.max-atempts"})
  void whatThereIsNotIsRefusedByName(String property) {
    runner
        .withPropertyValues(property + "=1")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(UnboundConfigurationPropertiesException.class)
                    .hasMessageContaining(property));
    // Others may have set it: the launcher's QSDE_JAVA_OPTS is qsde.java.opts.
    runner.withSystemProperties(property + "=1").run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void anEngineOrAPolicyOfOnesOwnGoesFirst() {
    try (DownloadEngine own = DownloadEngine.create()) {
      runner
          .withBean(DownloadEngine.class, () -> own)
          .run(context -> assertThat(context.getBean(DownloadEngine.class)).isSameAs(own));
    }
    AddressPolicy policy = address -> false;
    runner
        .withBean(AddressPolicy.class, () -> policy)
        .run(
            context ->
                assertThat(context.getBean(DownloadEngine.class).network().addressPolicy())
                    .isSameAs(policy));
  }

  @Test
  void namesAreAskedForWhereThePropertySays(@TempDir Path directory) {
    try (ScriptedOrigin origin = ScriptedOrigin.start();
        ScriptedDns dns = ScriptedDns.start()) {
      origin.serve("/file", Body.random(1, 1000));
      dns.answer("files.example", "127.0.0.1");
      String server = "127.0.0.1:" + dns.address().getPort();
      runner
          .withPropertyValues("qsde.network.addresses=any", "qsde.name-servers=" + server)
          .run(
              context -> {
                String url = "http://files.example:" + origin.port() + "/file";
                DownloadRequest request = DownloadRequest.of(url, directory.resolve("f"));
                DownloadEngine engine = context.getBean(DownloadEngine.class);
                assertThat(engine.download(request).block().bytes()).isEqualTo(1000);
                assertThat(dns.asked()).containsExactly("files.example");
              });
    }
  }

  @Test
  void metricsAreBoundWhereThereIsARegistry() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    runner
        .withBean(MeterRegistry.class, () -> registry)
        .run(context -> assertThat(registry.find("qsde.downloads.active").gauge()).isNotNull());
    runner.run(context -> assertThat(context).doesNotHaveBean(DownloadMetrics.class));
  }

  @Test
  void micrometerNeedNotBeThere() {
    runner
        .withClassLoader(new FilteredClassLoader("io.micrometer"))
        .run(context -> assertThat(context).hasSingleBean(DownloadEngine.class));
  }

  @Test
  void theEngineIsClosedWithTheContextAndWhatRunsMayEndFirst(@TempDir Path directory) {
    CountDownLatch go = new CountDownLatch(1);
    try (ScriptedOrigin origin = ScriptedOrigin.start()) {
      origin.serve("/file", Body.random(1, 1 << 20));
      origin.on("/file").answer(reply -> reply.stallAfter(1000, go));
      runner
          .withPropertyValues("qsde.network.addresses=any", "qsde.shutdown-grace=20s")
          .run(
              context -> {
                DownloadEngine engine = context.getBean(DownloadEngine.class);
                Download download =
                    engine.submit(DownloadRequest.of(origin.uri("/file"), directory.resolve("f")));
                origin.await(() -> !origin.requests().isEmpty());
                Thread closing = new Thread(context.getSourceApplicationContext()::close);
                closing.start();
                go.countDown();
                assertThat(download.result().block().bytes()).isEqualTo(1 << 20);
                closing.join();
                assertThatThrownBy(
                        () -> engine.download(DownloadRequest.of("http://h/", directory)).block())
                    .isInstanceOf(DownloadException.Cancelled.class);
              });
    }
  }
}
