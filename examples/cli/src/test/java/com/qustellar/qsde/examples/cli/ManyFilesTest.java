package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of downloads, how many run at once, and the file of those that failed. */
class ManyFilesTest extends CommandTestBase {

  @TempDir Path home;

  private String list(String... lines) throws IOException {
    return Files.writeString(home.resolve("list"), String.join("\n", lines)).toString();
  }

  @Test
  void aListSaysWhereEachGoesAndWhatItMustBe() throws IOException {
    Path other = Files.createDirectory(home.resolve("other"));
    String list =
        list(
            "# two files",
            origin.serve("/a", "hello"),
            "  out=first",
            "\tchecksum=sha-256=" + HELLO_SHA256,
            "",
            origin.serve("/b", "b"),
            "  dir=" + other,
            "  header=X-One: 1",
            "  header=X-Two: 2");

    assertThat(get("-i", list, origin.serve("/c", "c"))).isZero();

    assertThat(files()).containsExactly("c", "first");
    assertThat(other.resolve("b")).hasContent("b");
    assertThat(screen.err()).contains("first: 5 B in ").contains(", sha256 verified");
    assertThat(screen.errLines()).last().asString().startsWith("3 completed, 0 failed, 7 B in ");
    TestOrigin.Asked asked =
        origin.asked().stream().filter(a -> a.path().equals("/b")).findFirst().orElseThrow();
    assertThat(asked.header("X-One")).isEqualTo("1");
    assertThat(asked.header("X-Two")).isEqualTo("2");
  }

  @Test
  void urlsWithTabsBetweenThemAreMirrorsOfOneFile() throws IOException {
    String list =
        list(
            origin.fail("/a", 404)
                + "\t"
                + origin.serve("/mirror", "a")
                + "\n"
                + origin.serve("/b", "b")
                + " \t "
                + origin.url("/not/asked"));

    assertThat(get("--input-file", list)).isZero();

    assertThat(files()).containsExactly("a", "b");
    assertThat(screen.err()).doesNotContain("irror");
    assertThat(origin.asked()).extracting(TestOrigin.Asked::path).doesNotContain("/not/asked");
  }

  @Test
  void aListMayComeFromStdin() throws IOException {
    InputStream before = System.in;
    System.setIn(
        new ByteArrayInputStream(origin.serve("/a", "a").getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(get("-i", "-")).isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(files()).containsExactly("a");
  }

  private Path pipe() throws Exception {
    Path pipe = home.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no named pipes there")
  void aListMayComeFromAPipe() throws Exception {
    Path pipe = pipe();
    CompletableFuture<Path> written =
        CompletableFuture.supplyAsync(() -> write(pipe, origin.serve("/a", "a")));

    assertThat(get("-i", pipe.toString())).isZero();

    written.get(10, TimeUnit.SECONDS);
    assertThat(files()).containsExactly("a");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no named pipes there")
  void whatFailedMayComeFromAPipe() throws Exception {
    Path pipe = pipe();
    String failures = failures(origin.fail("/a", 503));
    origin.serve("/a", "a");
    CompletableFuture<Path> written = CompletableFuture.supplyAsync(() -> write(pipe, failures));

    assertThat(get("-i", pipe.toString())).isZero();

    written.get(10, TimeUnit.SECONDS);
    assertThat(files()).containsExactly("a");
  }

  @Test
  void whatFailedMayComeFromStdin() throws IOException {
    String failures = failures(origin.fail("/a", 503));
    origin.serve("/a", "a");
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(failures.getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(get("-i", "-")).isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(files()).containsExactly("a");
  }

  /** Returns what is recorded of a download that fails twice. */
  private String failures(String url) throws IOException {
    Path file = home.resolve("failed");
    for (int i = 0; i < 2; i++) {
      assertThat(get("--failures", file.toString(), "--retries", "0", url)).isEqualTo(1);
    }
    assertThat(Files.readAllLines(file)).hasSize(2);
    return Files.readString(file);
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whyAListCannotBeReadIsToldInWordsThatNeedNoJava() throws IOException {
    assertThat(get("-i", home.resolve("none").toString())).isEqualTo(2);
    assertThat(get("-i", dir.toString())).isEqualTo(2);
    assertThat(get("--cookies", home.resolve("none").toString(), "http://a/")).isEqualTo(2);

    assertThat(screen.errLines().get(0)).contains("none: there is no such file or directory (");
    assertThat(screen.errLines().get(1)).contains("s a directory (");
    assertThat(screen.errLines()).hasSize(3).noneMatch(line -> line.contains("Exception"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://a/;  split=5 | list, line 2: the option split is not known",
        "http://a/;#;  checksum=md5=1 | list, line 3: ",
        "http://a/;  header=none | list, line 2: a header is a name",
        "http://a/;  header=Range: bytes=1- | list, line 1: http://a/ cannot be used",
        "' out=x' | list, line 1: an option stands below the URI",
        "#;;ftp://b/ | list, line 3: ftp://b/ cannot be used",
        "http:// | list, line 1: http:",
      })
  void anEntryThatCannotWorkHasFailedAndCostsNoOther(String lines, String message)
      throws IOException {
    Path failures = home.resolve("failures");
    String list = list((lines + ";" + origin.serve("/a", "a")).split(";"));

    assertThat(get("-i", list, "--failures", failures.toString())).isEqualTo(1);

    assertThat(files()).containsExactly("a");
    assertThat(screen.errLines()).first().asString().startsWith("qsde: ").contains(message);
    assertThat(screen.errLines()).last().asString().startsWith("1 completed, 1 failed, 1 B in ");
    // It is no request that could be made again.
    assertThat(failures).isEmptyFile();

    assertThat(get("-q", "--json", "--overwrite", "-i", list)).isEqualTo(1);
    assertThat(screen.outLines())
        .first()
        .asString()
        .startsWith("{\"event\":\"failed\",\"id\":null,\"file\":null,\"error\":\"InvalidRequest\",")
        .contains(message)
        .contains("\"retryable\":false");
    assertThat(screen.outLines())
        .last()
        .asString()
        .startsWith("{\"event\":\"summary\",\"completed\":1,\"failed\":1,");
  }

  @Test
  void aLineThatIsNoUtf8HasFailedAndCostsNoOther() throws IOException {
    String lines =
        """
        # Gr\u00FC\u00DFe
        %s
        http://a/\u00FC
         out=first
        %s
         out=\u00FC
        %s
        """
            .formatted(origin.serve("/a", "a"), origin.url("/not/asked"), origin.serve("/b", "b"));
    Path list = Files.write(home.resolve("list"), lines.getBytes(StandardCharsets.ISO_8859_1));

    assertThat(get("-i", list.toString())).isEqualTo(1);

    assertThat(files()).containsExactly("a", "b");
    assertThat(screen.errLines())
        .startsWith(
            "qsde: " + list + ", line 3: it is no text in UTF-8",
            "qsde: " + list + ", line 6: it is no text in UTF-8")
        .last()
        .asString()
        .startsWith("2 completed, 2 failed, ");
    assertThat(origin.asked()).extracting(TestOrigin.Asked::path).doesNotContain("/not/asked");
  }

  @Test
  void aListThatIsNoneAndOptionsThatCannotWorkAreWrongUsage() throws IOException {
    assertThat(get("-i", list("{\"event\":\"failed\"}"))).isEqualTo(2);
    assertThat(get("-H", "Range: bytes=1-", "-i", list("http://a/"))).isEqualTo(2);

    assertThat(screen.errLines().get(0)).contains("list has no line that --failures has written");
    assertThat(screen.errLines().get(1)).contains("Range");
  }

  @Test
  void aListThatIsNotThereIsWrongUsage() {
    assertThat(get("-i", home.resolve("none").toString())).isEqualTo(2);
    assertThat(get()).isEqualTo(2);

    assertThat(screen.errLines().get(0)).contains("--input-file can't read");
    assertThat(screen.errLines().get(1)).contains("name at least one URL");
  }

  @Test
  void soManyRunAtOnceAsIsSaid() throws IOException {
    List<Integer> running = new ArrayList<>();
    List<Integer> peaks = new ArrayList<>();
    String[] urls =
        IntStream.range(0, 12)
            .mapToObj(
                n ->
                    origin.on(
                        "/" + n,
                        exchange -> {
                          synchronized (running) {
                            running.add(n);
                            peaks.add(running.size());
                          }
                          exchange.sendResponseHeaders(200, 1);
                          synchronized (running) {
                            running.remove((Integer) n);
                          }
                          exchange.getResponseBody().write('x');
                        }))
            .toArray(String[]::new);

    assertThat(get(Stream.concat(Stream.of("-j", "2"), Stream.of(urls)).toArray(String[]::new)))
        .isZero();

    assertThat(files()).hasSize(12);
    assertThat(peaks).hasSize(12).allMatch(peak -> peak <= 2);
  }

  @Test
  void whatFailedIsRecordedAndTriedAgain() throws IOException {
    Path failures = home.resolve("failures");
    String[] args = {
      "--failures", failures.toString(), "-H", "X-Key: secret", "--retries", "0", "--max-bytes", "9"
    };
    String good = origin.serve("/good", "good");
    String bad = origin.fail("/bad", 503) + "?key=1";

    assertThat(get(Stream.concat(Stream.of(args), Stream.of(good, bad)).toArray(String[]::new)))
        .isEqualTo(1);

    assertThat(Files.readAllLines(failures))
        .singleElement()
        .asString()
        .contains("\"uri\":\"" + bad + "\"", "\"error\":\"HttpStatus\"")
        .doesNotContain("secret");
    assertThat(files()).containsExactly("good");

    origin.serve("/bad", "better");
    assertThat(get("-i", failures.toString())).isZero();
    assertThat(files()).containsExactly("bad", "good");
    assertThat(screen.errLines()).last().asString().startsWith("1 completed, 0 failed, 6 B in ");
  }

  @Test
  void theListThatIsReadIsNotAppendedTo() throws IOException {
    String list = list(origin.url("/missing"));

    assertThat(get("-i", list, "--failures", list)).isEqualTo(2);

    assertThat(screen.err()).contains("name another file");
    assertThat(origin.asked()).isEmpty();
  }

  @Test
  void failuresThatCannotBeWrittenAreWrongUsage() {
    assertThat(get("--failures", home.resolve("none/failures").toString(), "http://a/"))
        .isEqualTo(2);

    assertThat(screen.err()).contains("--failures can't write");
  }

  @Test
  void aRetryOfNothingIsDone() throws IOException {
    assertThat(get("-i", list())).isZero();

    assertThat(screen.errLines()).singleElement().asString().startsWith("0 completed, 0 failed");
  }

  @Test
  void aBatchEndsWithASummaryForPrograms() throws IOException {
    assertThat(get("--json", "-i", list(origin.serve("/a", "a"), origin.url("/missing"))))
        .isEqualTo(1);

    assertThat(screen.outLines())
        .last()
        .asString()
        .startsWith(
            "{\"event\":\"summary\",\"completed\":1,\"failed\":1,\"skipped\":0,\"bytes\":1,");
  }
}
