package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that arrive, and those that do not: what options of {@code qsde get} bring about. */
class GetCommandTest extends CommandTestBase {

  @Test
  void aFileArrivesUnderTheNameThatItsUriHas() throws IOException {
    int exit = get(origin.serve("/hello.txt", "hello"));

    assertThat(exit).isZero();
    assertThat(dir.resolve("hello.txt")).hasContent("hello");
    assertThat(files()).containsExactly("hello.txt");
    assertThat(screen.out()).isEmpty();
    assertThat(screen.errLines()).hasSize(2);
    assertThat(screen.errLines().get(0)).startsWith("hello.txt: 5 B in ");
    assertThat(screen.errLines().get(1)).startsWith("1 completed, 0 failed, 5 B in ");
  }

  @Test
  void aFileArrivesUnderTheNameThatIsAskedFor() throws IOException {
    assertThat(get("-o", "other", origin.serve("/hello.txt", "hello"))).isZero();

    assertThat(files()).containsExactly("other");
  }

  @Test
  void aFailureNeverStopsTheOthers() throws IOException {
    int exit =
        get(
            origin.url("/missing"),
            origin.serve("/a", "a"),
            origin.fail("/forbidden", 403),
            origin.serve("/b", "bb"));

    assertThat(exit).isEqualTo(1);
    assertThat(files()).containsExactly("a", "b");
    assertThat(errors()).hasSize(2).allMatch(line -> line.startsWith("qsde: http://127.0.0.1:"));
    assertThat(errors().toString()).contains("404").contains("403");
    assertThat(screen.errLines().get(4)).startsWith("2 completed, 2 failed, 3 B in ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha256:", "sha-256=", "SHA256:"})
  void aChecksumThatAgreesIsSaid(String algorithm) {
    int exit = get("--checksum", algorithm + HELLO_SHA256, origin.serve("/hello", "hello"));

    assertThat(exit).isZero();
    assertThat(screen.errLines().get(0)).endsWith(", sha256 verified");
  }

  @Test
  void aChecksumThatDisagreesLeavesNothing() throws IOException {
    int exit = get("--checksum", "sha256:" + HELLO_SHA256, origin.serve("/hello", "hullo"));

    assertThat(exit).isEqualTo(1);
    assertThat(files()).isEmpty();
    assertThat(errors()).hasSize(1);
    assertThat(errors().get(0)).contains(HELLO_SHA256);
  }

  @Test
  void headersAndTheUserAgentAreSent() {
    String[] args = {"-H", "X-One: 1", "-H", "Cookie: a=b; c", "--user-agent", "me/1"};

    assertThat(get(args, origin.serve("/hello", "hello"))).isZero();

    TestOrigin.Asked asked = origin.asked().get(0);
    assertThat(asked.header("X-One")).isEqualTo("1");
    assertThat(asked.header("Cookie")).isEqualTo("a=b; c");
    assertThat(asked.header("User-Agent")).isEqualTo("me/1");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aRequestIsRepeatedAsOftenAsIsSaid(int retries) {
    int exit = get("--retries", "" + retries, origin.fail("/busy", 503));

    assertThat(exit).isEqualTo(1);
    assertThat(origin.asked()).hasSize(1 + retries);
  }

  @Test
  void anExistingFileIsKeptUnlessItIsToBeOverwritten() throws IOException {
    Path file = Files.writeString(dir.resolve("hello"), "old");
    String url = origin.serve("/hello", "hello");

    assertThat(get(url)).isEqualTo(1);
    assertThat(file).hasContent("old");
    assertThat(errors()).hasSize(1);
    assertThat(errors().get(0)).contains(file.toString());

    assertThat(get("--overwrite", url)).isZero();
    assertThat(file).hasContent("hello");
    assertThat(files()).containsExactly("hello");
  }

  @Test
  void aFileThatIsTooLargeLeavesNothing() throws IOException {
    assertThat(get("--max-bytes", "4", origin.serve("/hello", "hello"))).isEqualTo(1);
    assertThat(files()).isEmpty();

    assertThat(get("--max-bytes", "5", origin.serve("/hello", "hello"))).isZero();
    assertThat(files()).containsExactly("hello");
  }

  @Test
  void aDirectoryThatIsMissingIsNamed() throws IOException {
    Path missing = dir.resolve("missing");
    String url = origin.serve("/hello", "hello");

    assertThat(screen.run("get", "-d", missing.toString(), url)).isEqualTo(1);
    assertThat(screen.run("get", "-o", missing.resolve("x").toString(), url)).isEqualTo(1);

    assertThat(errors()).hasSize(2).allMatch(line -> line.contains(missing.toString()));
    assertThat(files()).isEmpty();
  }

  @Test
  void segmentsHaveTheSizeAndTheConnectionsThatAreSaid() throws Exception {
    int size = 1024 * 1024;
    CountDownLatch threeAtOnce = new CountDownLatch(3);
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    String url =
        origin.on(
            "/big",
            exchange -> {
              most.accumulateAndGet(open.incrementAndGet(), Math::max);
              String range = exchange.getRequestHeaders().getFirst("Range");
              String[] bounds = range.substring("bytes=".length()).split("-", 2);
              int first = Integer.parseInt(bounds[0]);
              int last = Math.min(Integer.parseInt(bounds[1]), size - 1);
              exchange
                  .getResponseHeaders()
                  .set("Content-Range", "bytes " + first + "-" + last + "/" + size);
              exchange.sendResponseHeaders(206, last - first + 1);
              if (first > 0) {
                threeAtOnce.countDown();
                await(threeAtOnce);
              }
              open.decrementAndGet(); // before the bytes, whose last brings the next request
              exchange.getResponseBody().write(new byte[last - first + 1]);
            });

    assertThat(get("-x", "3", "--segment-size", "128K", url)).isZero();

    assertThat(dir.resolve("big")).hasSize(size);
    assertThat(origin.asked())
        .hasSize(8)
        .extracting(asked -> asked.header("Range"))
        .contains("bytes=0-131071", "bytes=131072-262143");
    assertThat(most).hasValue(3);
  }

  @Test
  void aConnectionThatIsSilentForTooLongIsGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    String url =
        origin.on(
            "/silent",
            exchange -> {
              exchange.sendResponseHeaders(200, 10);
              exchange.getResponseBody().write(1);
              exchange.getResponseBody().flush();
              await(never);
            });

    assertThat(get("--timeout", "0.3", "--retries", "0", url)).isEqualTo(1);

    assertThat(errors()).hasSize(1);
    assertThat(errors().get(0)).contains("stall");
    never.countDown();
  }

  @Test
  void aDownloadThatTakesTooLongIsGivenUp() throws IOException {
    try (DemoOrigin slow = new DemoOrigin()) {
      String url = slow.serve(DemoFile.of("slow.bin", 10_000_000).paced(1000)).toString();

      assertThat(get("--max-time", "0.3", url)).isEqualTo(1);
    }
    assertThat(errors()).singleElement().asString().contains("time");
    assertThat(dir.resolve("slow.bin")).doesNotExist();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a full backlog refuses there")
  void aConnectionThatTakesTooLongIsGivenUp() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket full = new ServerSocket(0, 1, loopback)) {
      String url = "http://127.0.0.1:" + full.getLocalPort() + "/x";
      // Nobody accepts: the backlog takes these, and the command's own gets no answer.
      try (var first = new Socket(loopback, full.getLocalPort());
          var second = new Socket(loopback, full.getLocalPort())) {
        assertThat(first.isConnected() && second.isConnected()).isTrue();
        long start = System.nanoTime();

        assertThat(get("--connect-timeout", "0.3", "--timeout", "50", "--retries", "0", url))
            .isEqualTo(1);

        assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
        assertThat(errors()).hasSize(1);
        assertThat(errors().get(0)).contains("could not be connected to in time");
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
