package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Hooks;

/**
 * A connection that is still being made ends with the download that it is made for; one of HTTP/2
 * is made for all.
 */
class CancelledConnectTest extends EngineTestBase {

  private static final List<Path> SOCKETS =
      List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

  private final Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();

  private ServerSocket silent;

  @BeforeEach
  void listen() throws IOException {
    silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    silent.setSoTimeout((int) LIMIT.toMillis());
    Hooks.onErrorDropped(dropped::add);
  }

  /** The subscriber is gone: what becomes of its connection is no news to a log. */
  @AfterEach
  void close() throws IOException {
    engine.close();
    silent.close();
    Hooks.resetOnErrorDropped();
    assertThat(dropped).isEmpty();
  }

  private static NetworkSettings patient() {
    return NetworkSettings.defaults().withConnectTimeout(Duration.ofHours(1));
  }

  private Download begun(String uri, NetworkSettings settings) {
    return engine.submit(DownloadRequest.of(uri, target()).withNetwork(settings));
  }

  private static void cancel(Download download) {
    download.dispose();
    download.closed().block(LIMIT);
  }

  private static void assertEnds(InputStream client) throws IOException {
    while (client.read() >= 0) {
      // What it had to say first.
    }
  }

  @Test
  void oneThatWaitsForItsHandshake() throws IOException {
    Download download = begun("https://127.0.0.1:" + silent.getLocalPort() + "/file", patient());
    try (Socket accepted = silent.accept()) {
      accepted.setSoTimeout((int) LIMIT.toMillis());
      InputStream client = accepted.getInputStream();
      assertThat(client.read()).as("the first byte of a handshake").isEqualTo(22);

      cancel(download);

      assertEnds(client);
    }
  }

  @Test
  void oneThatWaitsForItsProxy() throws IOException {
    NetworkSettings proxied = patient().withProxy("http://127.0.0.1:" + silent.getLocalPort());
    Download download = begun("https://files.invalid/file", proxied);
    try (Socket accepted = silent.accept()) {
      accepted.setSoTimeout((int) LIMIT.toMillis());
      InputStream client = accepted.getInputStream();
      assertThat((char) client.read()).as("the first letter of CONNECT").isEqualTo('C');

      cancel(download);

      assertEnds(client);
    }
  }

  @Test
  void oneThatNobodyAccepts() throws IOException {
    assumeTrue(
        SOCKETS.stream().allMatch(Files::isReadable), "only Linux lets a full backlog be silent");
    List<SocketChannel> waiting = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        SocketChannel next = SocketChannel.open();
        waiting.add(next);
        next.configureBlocking(false);
        next.connect(silent.getLocalSocketAddress());
      }
      long before = attempts();
      Download download = begun("http://127.0.0.1:" + silent.getLocalPort() + "/file", patient());
      await(() -> attempts() > before);

      cancel(download);

      assertThat(attempts()).isEqualTo(before);
    } finally {
      for (SocketChannel one : waiting) {
        one.close();
      }
    }
  }

  /** Returns how many sockets there are that wait for the server to answer. */
  private long attempts() {
    String port = ":%04X 02 ".formatted(silent.getLocalPort());
    long attempts = 0;
    for (Path sockets : SOCKETS) {
      try (Stream<String> lines = Files.lines(sockets)) {
        attempts += lines.filter(line -> line.contains(port)).count();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return attempts;
  }
}
