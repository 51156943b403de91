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
              exchange.getResponseBody().write(new byte[last - first + 1]);
              open.decrementAndGet();
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

  @Test
  void jsonLinesGoToStdoutAndErrorsToStderrAsEver() {
    String url = origin.serve("/hello", "hello");
    assertThat(get("--json", "--checksum", "sha256:" + HELLO_SHA256, url)).isZero();
    assertThat(screen.err()).isEmpty();
    assertThat(screen.outLines()).hasSize(2);
    assertThat(screen.outLines().get(0))
        .matches(
            "\\{\"event\":\"completed\",\"id\":\"[^\"]+\",\"file\":\"\\Q"
                + dir.resolve("hello")
                + "\\E\",\"bytes\":5,\"resumed\":0,\"checksum\":\"sha256:"
                + HELLO_SHA256
                + "\",\"seconds\":[0-9.]+,\"retries\":0,\"url\":\"\\Q"
                + url
                + "\\E\"}");

    assertThat(get("--json", origin.url("/missing"))).isEqualTo(1);
    assertThat(screen.outLines().get(2))
        .contains("\"event\":\"failed\"", "\"error\":\"HttpStatus\"", "\"retryable\":false");
    assertThat(screen.outLines().get(3))
        .startsWith(
            "{\"event\":\"summary\",\"completed\":0,\"failed\":1,\"skipped\":0,\"bytes\":0,\"seconds\":");
    assertThat(errors()).hasSize(1);
  }

  @Test
  void jsonTellsProgressWhileItGoesOn() {
    try (DemoOrigin slow = new DemoOrigin()) {
      String url = slow.serve(DemoFile.of("slow.bin", 200_000).paced(200_000)).toString();

      assertThat(get("--json", url)).isZero();
    }
    assertThat(screen.outLines().get(0))
        .startsWith("{\"event\":\"progress\",\"id\":")
        .contains("\"file\":\"" + dir.resolve("slow.bin") + "\"", "\"total\":200000");
  }

  @Test
  void quietIsQuiet() {
    assertThat(get("-q", origin.serve("/hello", "hello"))).isZero();
    assertThat(screen.err() + screen.out()).isEmpty();

    assertThat(get("-q", "-v", origin.url("/missing"))).isEqualTo(1);
    assertThat(screen.errLines()).hasSize(1).first().asString().startsWith("qsde: ");
  }

  @Test
  void verboseTellsWhereAFileCameFromAndWhatWasTriedAgain() {
    try (DemoOrigin breaking = new DemoOrigin()) {
      DemoFile file = DemoFile.of("breaks.bin", 600_000).paced(600_000).brokenAt(300_000);
      String url = breaking.serve(file).toString();

      assertThat(get("-v", "-x", "1", url)).isZero();

      assertThat(breaking.wasContinuedWhereItBroke(file)).isTrue();
      assertThat(screen.errLines().get(0)).startsWith("breaks.bin: retry 1, because ");
      assertThat(screen.errLines().get(2))
          .isEqualTo(
              "  to " + dir.resolve("breaks.bin") + " from " + url + ", segments: 1, retries: 1");
    }
  }

  @Test
  void aFileThatIsCompressedUnaskedIsCalledThat() throws IOException {
    String url =
        origin.on(
            "/a.txt",
            exchange -> {
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              exchange.sendResponseHeaders(200, 3);
              exchange.getResponseBody().write(new byte[3]);
            });

    assertThat(get(url)).isZero();
    assertThat(screen.errLines()).hasSize(3);
    assertThat(screen.errLines().get(1)).startsWith("  It is compressed");

    assertThat(get("-q", "--overwrite", url)).isZero();
    assertThat(screen.errLines()).hasSize(3);

    assertThat(get("-v", "--overwrite", url)).isZero();
    assertThat(screen.errLines()).hasSize(7);
    assertThat(screen.errLines().get(4)).startsWith("  It is compressed");
    assertThat(screen.errLines().get(5))
        .endsWith(", retries: 0, over one connection, as the server sends no ranges");
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "on", "off"})
  void whereThereIsNoTerminalNothingIsDrawn(String ui) {
    try (DemoOrigin slow = new DemoOrigin()) {
      String url = slow.serve(DemoFile.of("slow.bin", 100_000).paced(200_000)).toString();

      assertThat(get("--ui", ui, url)).isZero();

      assertThat(screen.errLines()).hasSize(2);
      assertThat(screen.err()).startsWith("slow.bin: ").doesNotContain("\r", "\u001b");
    }
  }

  @Test
  void quietShowsNothingOfWhatCompletes() {
    try (DemoOrigin other = new DemoOrigin()) {
      assertThat(get("-q", other.serve(DemoFile.of("quiet.bin", 1000)).toString())).isZero();
    }

    assertThat(screen.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "get",
        "get ftp://host/x",
        "get http://ho%20st/x",
        "get nothing",
        "get --checksum sha256:abc http://host/x",
        "get --checksum crc32:abc http://host/x",
        "get -H NoColon http://host/x",
        "get -H Host:x http://host/x",
        "get --frobnicate http://host/x",
        "get --segment-size 1T http://host/x",
        "get --segment-size 1 http://host/x",
        "get --ui maybe http://host/x",
        "get --json -o - http://host/x",
        "get -o x http://host/x http://host/y",
        "frobnicate",
        ""
      })
  void wrongUsageIsOneLineAndNothingElse(String args) throws IOException {
    int exit = screen.run(args.isEmpty() ? new String[0] : args.split(" "));

    assertThat(exit).isEqualTo(2);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.errLines()).hasSize(1).first().asString().startsWith("qsde: ");
    assertThat(files()).isEmpty();
  }

  @Test
  void theVersionIsTheOneThatWasBuilt() {
    assertThat(screen.run("--version")).isZero();
    assertThat(screen.out()).matches("qsde \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
  }

  @Test
  void helpNamesEveryOption() {
    assertThat(screen.run("get", "--help")).isZero();
    assertThat(screen.out())
        .contains(
            "-o", "-d", "-x", "--segment-size", "--limit-rate", "--checksum", "-H", "--user-agent")
        .contains("--retries", "--timeout", "--connect-timeout", "--max-bytes", "--overwrite")
        .contains("--[no-]fsync", "--ui", "--json", "-q", "-v", "--checksum-file", "--existing")
        .contains("-u", "--netrc", "--cookies", "--max-time", "--cacert", "--insecure");
    assertThat(screen.out().lines()).allMatch(line -> line.length() <= 80);
    // A line that goes on does not go back.
    assertThat(screen.out()).doesNotContainPattern("\\R {31}\\S.*\\R {29}\\S");
    TestScreen overview = new TestScreen();
    assertThat(overview.run("--help")).isZero();
    assertThat(overview.out()).contains("get", "demo", "serve", "cluster", "bench");
    assertThat(new TestScreen().run("demo", "--help")).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
