package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of the addresses of a name, one that does not answer costs a moment (RFC 8305). */
class ConnectRaceTest extends EngineTestBase {

  private static final Body BODY = Body.random(3, 1000);

  private final List<AutoCloseable> silent = new ArrayList<>();

  @BeforeEach
  void serve() {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"), "only Linux lets a full backlog be silent");
    origin.serve("/file", BODY);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : silent) {
      one.close();
    }
  }

  /** Returns an address that has the origin's port, and answers no connection attempt. */
  private InetAddress silent(String literal) throws IOException {
    InetAddress address = ip(literal);
    silent.add(new ServerSocket(origin.port(), 1, address));
    // Nobody accepts these: with them the backlog is full.
    for (int i = 0; i < 4; i++) {
      SocketChannel waiting = SocketChannel.open();
      silent.add(waiting);
      waiting.configureBlocking(false);
      waiting.connect(new InetSocketAddress(address, origin.port()));
    }
    return address;
  }

  private DownloadRequest named(Duration connectTimeout, InetAddress... addresses) {
    engine.network(
        NetworkSettings.defaults()
            .withConnectTimeout(connectTimeout)
            .withAddresses("known.invalid", origin.port(), List.of(addresses)));
    return DownloadRequest.of("http://known.invalid:" + origin.port() + "/file", target());
  }

  @Test
  void anAddressThatIsSilentIsLeftForOneThatAnswers() throws IOException {
    DownloadRequest request =
        named(
            Duration.ofMinutes(1),
            silent("127.0.0.2"),
            silent("127.0.0.3"),
            ip("127.0.0.4"),
            ip("127.0.0.1"));

    assertThat(get(request).retries()).isZero();

    assertHolds(target(), BODY);
  }

  /** Each is waited for a quarter of a second, and not once more for each before it. */
  @Test
  void eachThatIsSilentIsWaitedForOnce() throws IOException {
    List<InetAddress> all = new ArrayList<>();
    for (int i = 2; i < 10; i++) {
      all.add(silent("127.0.0." + i));
    }
    all.add(ip("127.0.0.1"));

    DownloadResult result = get(named(Duration.ofMinutes(1), all.toArray(new InetAddress[0])));

    // 2 s, and 9 s if each began anew.
    assertThat(result.elapsed()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(8));
  }

  @Test
  void whereAllAreSilentTheTimeoutEndsIt() throws IOException {
    use(builder().retryPolicy(RetryPolicy.none()));

    Timeout failure =
        failure(
            Timeout.class, named(Duration.ofMillis(600), silent("127.0.0.2"), silent("127.0.0.3")));

    assertThat(failure).hasMessageContaining("known.invalid");
    assertThat(origin.requests()).isEmpty();
  }

  @Test
  void aDownloadThatIsCancelledMeanwhileLeavesNothing() throws IOException {
    InetAddress[] all =
        Stream.of(silent("127.0.0.2"), silent("127.0.0.3")).toArray(InetAddress[]::new);
    Download download = engine.submit(named(Duration.ofMinutes(1), all));

    download.result().timeout(Duration.ofMillis(700)).onErrorComplete().block(LIMIT);
    download.dispose();

    assertDirectoryHolds();
  }
}
