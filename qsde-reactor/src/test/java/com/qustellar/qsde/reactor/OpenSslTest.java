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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    serve(Certificates.tls(Certificates.loopback(TlsTest.AUTHORITY)));
    assertThat(run()).containsExactly("OK");
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
    assertThat(run()).containsExactlyElementsOf(expected);
  }

  private void serve(ScriptedOrigin.Layer tls) {
    ScriptedOrigin next = ScriptedOrigin.start(tls);
    origins.add(next);
    next.serve("/file", BODY);
  }

  /** Returns what a process says that downloads from the origins, one line each. */
  private List<String> run() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                Certificates.pem(pems.resolve("ca.pem"), TlsTest.AUTHORITY.getRootCertificatePEM())
                    .toString(),
                target().toString()));
    origins.forEach(each -> command.add(each.uri("/file").toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assumeTrue(process.exitValue() != UNAVAILABLE, "netty-tcnative has nothing for this platform");
    assertThat(process.exitValue()).as(said).isZero();
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
}
