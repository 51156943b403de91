package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Certificates;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import io.netty.handler.ssl.OpenSsl;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.http.client.HttpClient;

/** An engine in a process that has netty-tcnative, and so uses OpenSSL. */
class OpenSslTest extends EngineTestBase {

  private static final int UNAVAILABLE = 3;

  private static final Body BODY = Body.random(1, 5 * SEGMENT + 123);

  @TempDir Path pems;

  private final List<ScriptedOrigin> origins = new ArrayList<>();

  @AfterEach
  void closeOrigins() {
    origins.forEach(ScriptedOrigin::close);
  }

  @Test
  void downloadsWithOpenSsl() throws IOException, InterruptedException {
    serve(Certificates.tls(Certificates.loopback(TlsTestBase.AUTHORITY)));
    assertThat(download()).containsExactly("OK");
    assertHolds(target(), BODY);
  }

  /** The alerts are those of RFC 8446 §6.2. */
  @Test
  void saysTheSameAsWithTheJdk() throws IOException, InterruptedException {
    List<String> expected = new ArrayList<>();
    Stream.concat(TlsTest.wrongCertificates(), TlsTest.alerts())
        .forEach(
            arguments -> {
              expected.add(arguments.get()[0].toString());
              Object shown = arguments.get()[1];
              serve(
                  shown instanceof X509Bundle certificate
                      ? Certificates.tls(certificate)
                      : Certificates.alert((int) shown));
            });
    assertThat(download()).containsExactlyElementsOf(expected);
  }

  private void serve(ScriptedOrigin.Layer tls) {
    ScriptedOrigin next = ScriptedOrigin.start(tls);
    origins.add(next);
    next.serve("/file", BODY);
  }

  /** Certificates that are renewed under other names, say, in an engine that runs for years. */
  @Test
  void forgottenSettingsHoldNothing() throws IOException, InterruptedException {
    List<String> said = run(Forgetting.class, List.of(authority().toString(), pems.toString()));
    assertThat(said).containsExactly("OK");
  }

  private Path authority() throws IOException {
    return Certificates.pem(pems.resolve("ca.pem"), TlsTestBase.AUTHORITY.getRootCertificatePEM());
  }

  /** Returns what a process says that downloads from the origins, one line each. */
  private List<String> download() throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(authority().toString(), target().toString()));
    origins.forEach(each -> arguments.add(each.uri("/file").toString()));
    return run(Main.class, arguments);
  }

  private static List<String> run(Class<?> program, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dio.netty.leakDetection.level=paranoid",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assumeTrue(process.exitValue() != UNAVAILABLE, "netty-tcnative has nothing for this platform");
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).doesNotContain("LEAK");
    return said.lines()
        .filter(line -> line.startsWith("= "))
        .map(line -> line.substring(2))
        .toList();
  }

  /** What the process does. */
  static final class Main {

    private Main() {}

    public static void main(String[] args) {
      if (!OpenSsl.isAvailable()) {
        System.exit(UNAVAILABLE);
      }
      TlsSettings tls = TlsSettings.defaults().withTrustedCertificates(Path.of(args[0]));
      try (DownloadEngine engine =
          builder().network(NetworkSettings.defaults().withTls(tls)).build()) {
        for (String uri : List.of(args).subList(2, args.length)) {
          try {
            engine.download(DownloadRequest.of(uri, Path.of(args[1]))).block(LIMIT);
            System.out.println("= OK");
          } catch (TlsFailure failure) {
            System.out.println("= " + failure.problem());
          }
        }
      }
    }
  }

  /** What a process does that has had many more settings than are remembered. */
  static final class Forgetting {

    private Forgetting() {}

    public static void main(String[] args) throws Exception {
      if (!OpenSsl.isAvailable()) {
        System.exit(UNAVAILABLE);
      }
      TlsContexts contexts = new TlsContexts(new IoPool());
      long deadline = System.nanoTime() + LIMIT.toNanos();
      int made = 0;
      while (made < 3 * HttpClients.MOST
          || (alive() > 2 * HttpClients.MOST && System.nanoTime() < deadline)) {
        make(contexts, args, made++);
      }
      System.out.println(alive() > 2 * HttpClients.MOST ? "= " + alive() + " of " + made : "= OK");
      // Netty looks for what was collected and not given back when another one is made.
      make(contexts, args, made);
      contexts.close();
    }

    private static void make(TlsContexts contexts, String[] args, int number) throws IOException {
      Path authority = Files.copy(Path.of(args[0]), Path.of(args[1], number + ".pem"));
      TlsSettings settings = TlsSettings.defaults().withTrustedCertificates(authority);
      contexts.secure(HttpClient.newConnection(), settings, false).block(LIMIT);
    }

    /** Returns how many contexts there are that something refers to. */
    private static long alive() throws JMException {
      Object histogram =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      return histogram
          .toString()
          .lines()
          .map(line -> line.strip().split("\\s+"))
          .filter(row -> row.length > 3 && row[3].endsWith(".ReferenceCountedOpenSslClientContext"))
          .mapToLong(row -> Long.parseLong(row[1]))
          .sum();
    }
  }
}
