package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.AddressFamily;
import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GetOptionsTest {

  private static final String URL = "http://host/file";

  @Test
  void withoutOptionsEverythingIsTheLibrarysDefault() {
    GetOptions options = parse(URL);

    DownloadRequest request = options.requests().get(0);
    assertThat(request.target()).isEqualTo(Path.of(""));
    assertThat(request.overwrite()).isFalse();
    assertThat(request.fsync()).isNull();
    assertThat(request.maxBytes()).isEqualTo(Limits.UNLIMITED);
    try (DownloadEngine engine = configured(URL)) {
      assertThat(engine.limits()).isEqualTo(Limits.defaults());
      assertThat(engine.network()).isEqualTo(NetworkSettings.defaults());
    }
  }

  @Test
  void itResumesUnlessToldNotTo() {
    assertThat(parse(URL).requests().get(0).resume()).isTrue();
    assertThat(parse("--no-resume", URL).requests().get(0).resume()).isFalse();
  }

  @Test
  void theOutputLiesInTheDirectory(@TempDir Path dir) {
    assertThat(target("-d", dir.toString(), URL)).isEqualTo(dir);
    assertThat(target("--dir", dir.toString(), "--output", "x", URL)).isEqualTo(dir.resolve("x"));
    assertThat(target("-d", dir.toString(), "-o", "/x", URL)).isEqualTo(Path.of("/x"));
    assertThat(target("-o", "x", URL)).isEqualTo(Path.of("x"));
  }

  @Test
  void aDirectoryThatIsMissingDoesNotBecomeAFile(@TempDir Path dir) {
    Path missing = dir.resolve("missing");

    assertThat(target("-d", missing.toString(), URL)).isEqualTo(missing.resolve("file"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "none/"})
  void whatCanBeNoFileIsNoOutput(String output, @TempDir Path dir) {
    String file = output.isEmpty() ? "" : dir + "/" + output;
    assertThatThrownBy(() -> parse("-o", file, URL))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessageContaining("'--output'");
    assertThat(target("-o", dir + "/", URL)).isEqualTo(dir);
  }

  @Test
  void limitsAreTheEngines() {
    try (DownloadEngine engine =
        configured("-x", "24", "--segment-size", "128K", "--limit-rate", "2M", URL)) {
      assertThat(engine.limits().connectionsPerDownload()).isEqualTo(24);
      assertThat(engine.limits().connectionsPerHost()).isEqualTo(24);
      assertThat(engine.limits().segmentSize()).isEqualTo(128 * 1024);
      assertThat(engine.limits().bytesPerSecond()).isEqualTo(2 << 20);
    }
    try (DownloadEngine engine = configured("--connections", "2", URL)) {
      assertThat(engine.limits().connectionsPerHost())
          .isEqualTo(Limits.defaults().connectionsPerHost());
    }
  }

  @Test
  void zeroIsNoBound() {
    String[] zeros = {"-x", "0", "--segment-size", "0", "--limit-rate", "0", "--speed-limit", "0"};
    try (DownloadEngine engine =
        configured(Stream.concat(Stream.of(zeros), Stream.of(URL)).toArray(String[]::new))) {
      assertThat(engine.limits()).isEqualTo(Limits.defaults());
      assertThat(engine.network()).isEqualTo(NetworkSettings.defaults());
    }
    assertThat(parse("--max-bytes", "0", URL).requests().get(0).maxBytes())
        .isEqualTo(Limits.UNLIMITED);
  }

  @ParameterizedTest
  @CsvSource({"100K/s, 102400", "100k, 102400", "7/S, 7", "1M/s, 1048576"})
  void ratesMayNameTheSecond(String rate, long bytes) {
    try (DownloadEngine engine = configured("--limit-rate", rate, "--speed-limit", rate, URL)) {
      assertThat(engine.limits().bytesPerSecond()).isEqualTo(bytes);
      assertThat(engine.network().speedLimit()).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({"--limit-rate, 1K/m", "--limit-rate, /s", "--max-bytes, 1K/s", "--limit-rate, 1/s/s"})
  void whatIsNoRateIsRefused(String option, String value) {
    assertThatThrownBy(() -> parse(option, value, URL))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessageContaining("is no size");
  }

  @Test
  void networkSettingsAreTheEngines() {
    String[] args = {
      "--user-agent",
      "me/1",
      "--timeout",
      "7",
      "--connect-timeout",
      "0.5",
      "--speed-limit",
      "8K",
      URL
    };
    try (DownloadEngine engine = configured(args)) {
      assertThat(engine.network().userAgent()).isEqualTo("me/1");
      assertThat(engine.network().stallTimeout()).isEqualTo(Duration.ofSeconds(7));
      assertThat(engine.network().connectTimeout()).isEqualTo(Duration.ofMillis(500));
      assertThat(engine.network().speedLimit()).isEqualTo(8192);
    }
  }

  @Test
  void theProxyIsTheOptionsElseTheEnvironments() {
    Map<String, String> environment = Map.of("http_proxy", "env:1", "NO_PROXY", "a.example");
    ProxySettings ofIt = ProxySettings.fromEnvironment(environment);

    assertThat(proxy(environment)).isEqualTo(ofIt);
    assertThat(proxy(environment, "--proxy", "")).isEqualTo(ProxySettings.none());
    assertThat(proxy(environment, "--proxy", "socks5h://n:p@other:2"))
        .isEqualTo(ProxySettings.parse("socks5h://n:p@other:2"));
    assertThatThrownBy(() -> proxy(environment, "--proxy", "ftp://n:SECRET@x"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageNotContaining("SECRET");
  }

  private static ProxySettings proxy(Map<String, String> environment, String... args) {
    List<String> words = new ArrayList<>(List.of(args));
    words.add(URL);
    GetOptions options = parse(words.toArray(String[]::new));
    options.way.environment = environment;
    return options.way.apply(NetworkSettings.defaults()).proxy();
  }

  @Test
  void addressesAreTheEngines() throws Exception {
    String[] args = {
      "-6", "--resolve", "h:80:127.0.0.1,::1", "--resolve", "[2001:db8::1]:81:[::1]", URL
    };
    try (DownloadEngine engine = configured(args)) {
      assertThat(engine.network().addressFamily()).isEqualTo(AddressFamily.IPV6);
      assertThat(engine.network().addresses())
          .containsEntry(
              "h:80",
              List.of(
                  InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                  InetAddress.getAllByName("::1")[0]))
          .containsEntry("[2001:db8::1]:81", List.of(InetAddress.getAllByName("::1")[0]));
    }
    try (DownloadEngine engine = configured("-4", URL)) {
      assertThat(engine.network().addressFamily()).isEqualTo(AddressFamily.IPV4);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"h", "h:80", "h:80:", "h:80:name", "h:x:127.0.0.1", "h:80:256.0.0.1", "h:80:::1,"})
  void addressesThatAreNoneAreRefused(String value) {
    assertThatThrownBy(() -> parse("--resolve", value, URL))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessageContaining("HOST:PORT:ADDRESS");
  }

  @Test
  void tlsIsSetAsIsSaid(@TempDir Path dir) throws IOException {
    Path pem = Files.createFile(dir.resolve("ca.pem"));

    TlsSettings trusting = parse("--cacert", pem.toString(), URL).network.settings().tls();
    assertThat(trusting.trustedCertificates()).isEqualTo(pem);
    assertThat(trusting.verification()).isTrue();

    GetOptions insecure = parse("--insecure", URL);
    assertThat(insecure.network.settings().tls())
        .isEqualTo(TlsSettings.defaults().withVerification(false));
    assertThat(insecure.warnings()).singleElement().asString().contains("not verified");
    assertThat(parse(URL).warnings()).isEmpty();
  }

  @Test
  void requestsCarryTheRest() {
    String md5 = "0123456789abcdef".repeat(2);
    String[] args = {
      "-H",
      "A: b",
      "--header",
      "C:d",
      "--max-bytes",
      "3M",
      "--max-time",
      "90",
      "--overwrite",
      "--fsync",
      "--checksum",
      "md5=" + md5,
      URL
    };

    DownloadRequest request = parse(args).requests().get(0);

    assertThat(request.headers()).containsEntry("A", "b").containsEntry("C", "d").hasSize(2);
    assertThat(request.maxBytes()).isEqualTo(3 * 1024 * 1024);
    assertThat(request.totalTimeout()).isEqualTo(Duration.ofSeconds(90));
    assertThat(request.overwrite()).isTrue();
    assertThat(request.fsync()).isTrue();
    assertThat(request.checksum()).isEqualTo(new Checksum(HashAlgorithm.MD5, md5));
    assertThat(parse("--no-fsync", URL).requests().get(0).fsync()).isFalse();
  }

  @Test
  void everyUrlIsARequest() {
    assertThat(parse(URL, "https://other/").requests())
        .extracting(request -> request.uri().toString())
        .isEqualTo(List.of(URL, "https://other/"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-o x http://a/ http://b/ | --output names one file",
        "-o - http://a/ http://b/ | there are 2 URLs: get them one by one",
        "--checksum md5:0123456789abcdef0123456789abcdef http://a/ http://b/ | --checksum is that of one file",
        "ftp://a/ | http",
        "http:///x | host",
        "-H Range:bytes=0-1 http://a/ | Range",
      })
  void requestsThatCannotWorkAreRefused(String args, String message) {
    GetOptions options = parse(args.strip().split(" "));

    assertThatThrownBy(options::requests)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "--segment-size, 1K, at least 65536",
    "-x, -1, at least 0",
    "--timeout, 0, timeout",
    "--connect-timeout, 0, timeout",
    "--retries, -1, --retries must be 0 or more",
    "--proxy, ftp://x, a proxy is",
    "--resolve, h:0:127.0.0.1, port",
    "--max-time, 0, timeout",
    "--cacert, /none/ca.pem, --cacert can't read /none/ca.pem: there is no such file or directory"
  })
  void enginesThatCannotWorkAreRefused(String option, String value, String message) {
    assertThatThrownBy(() -> configured(option + "=" + value, URL).close())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void twoFamiliesAreRefused() {
    assertThatThrownBy(() -> configured("-4", "-6", URL).close())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("exclude each other");
  }

  private static Path target(String... args) {
    return parse(args).requests().get(0).target();
  }

  private static DownloadEngine configured(String... args) {
    GetOptions options = parse(args);
    options.requests();
    DownloadEngine engine = DownloadEngine.create();
    try {
      options.configure(engine);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    return engine;
  }

  private static GetOptions parse(String... args) {
    GetCommand get = new GetCommand(new TestScreen().screen(), new EngineStart());
    new CommandLine(get.spec()).parseArgs(args);
    get.options.way.environment = Map.of();
    return get.options;
  }
}
