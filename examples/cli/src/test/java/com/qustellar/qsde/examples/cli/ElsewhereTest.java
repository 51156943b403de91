package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * What the README gives those who come from elsewhere: each cell on the right is code or a command
 * line, and is run against an origin on loopback. A cell that says <em>not yet</em> has it in a
 * comment, and is refused: when it is not any more, the comment becomes the cell.
 */
class ElsewhereTest {

  private static final Pattern SECTION =
      Pattern.compile("^## Coming from elsewhere\\n(.*?)^## ", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| (?<theirs>(?:[^|]|(?<=\\\\)\\|)+) \\| (?<ours>.+) \\|$", Pattern.MULTILINE);
  private static final Pattern CELL =
      Pattern.compile("(?<notYet>not yet <!-- )?`(?<code>[^`]+)`(?: -->)?");
  private static final Pattern ADDRESS = Pattern.compile("https://example\\.org(/[^\\s\"<]*)");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  private static final String COMMAND = "qsde ";

  /**
   * The proxy of the cells; an origin takes requests in absolute form as well (RFC 9112 §3.2.2).
   */
  private static final String PROXY = "http://127.0.0.1:7890";

  /** What both digests in the cells are of. */
  private static final String CONTENT = "test";

  private record Row(String theirs, String code, boolean supported) {
    boolean isCommand() {
      return code.startsWith(COMMAND);
    }
  }

  @TempDir Path temp;

  @TestFactory
  Stream<DynamicTest> everyCellIsRun() throws Exception {
    List<Row> rows = rows();
    Class<?> cells = compile(rows);

    assertThat(rows).isNotEmpty();
    return rows.stream()
        .map(
            row ->
                dynamicTest(
                    row.theirs(),
                    () -> {
                      Path here = workplace(rows.indexOf(row));
                      if (row.isCommand()) {
                        runCommand(row, here);
                      } else {
                        runCode(row, cells, "cell" + rows.indexOf(row), here);
                      }
                    }));
  }

  @Test
  void nothingOfTheToolsThatItSucceedsIsMissing() throws IOException {
    String theirs = String.join(" ", rows().stream().map(Row::theirs).toList());

    assertThat(theirs)
        .contains(
            List.of(
                "StartBatchDownload(",
                "SetCallbacks(OnTotalProgress=",
                "SetCallbacks(OnByteProgress=",
                "SetNetworkConfig(Proxy=",
                "SetNetworkConfig(UserAgent=",
                "SetNetworkConfig(TimeOut=",
                "SetRuntimeConfig(MaxConcurrency=",
                "SetRuntimeConfig(ChunkSize=",
                "CancelAll(",
                "EnableUI=",
                "ExpectedHash=",
                "HashAlgo=",
                "MaxRetries=",
                "VerifySSL="))
        .contains(
            List.of(
                "url=",
                "urls=",
                "output_dir=",
                "output_filename=",
                "threads=",
                "process=",
                "buffer_size_mb=",
                "chunk_size=",
                "retry_num=",
                "headers=",
                "timeout=",
                "proxies=",
                "verify="));
  }

  private static List<Row> rows() throws IOException {
    Matcher section = SECTION.matcher(Files.readString(ReadmeCode.README));
    assertThat(section.find()).isTrue();
    return ROW.matcher(section.group(1))
        .results()
        .map(MatchResult::group)
        .filter(Predicate.not(line -> line.startsWith("| --- ")))
        .filter(Predicate.not(line -> line.endsWith("| QSDE |") || line.endsWith("for Java |")))
        .map(ElsewhereTest::row)
        .toList();
  }

  private static Row row(String line) {
    Matcher row = ROW.matcher(line);
    assertThat(row.matches()).as(line).isTrue();
    Matcher cell = CELL.matcher(row.group("ours"));
    assertThat(cell.matches()).as(line).isTrue();
    return new Row(row.group("theirs"), cell.group("code"), cell.group("notYet") == null);
  }

  /** Makes a folder in which the files are that the cells take for granted. */
  private Path workplace(int number) throws IOException {
    Path here = Files.createDirectory(temp.resolve("row" + number));
    Files.createDirectory(here.resolve("output"));
    Files.writeString(here.resolve("list.txt"), "https://example.org/a.bin\n");
    Files.writeString(here.resolve("cookies.txt"), "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1\n");
    Files.writeString(
        here.resolve("release.meta4"),
        "<metalink xmlns='urn:ietf:params:xml:ns:metalink'><file name='a.bin'>"
            + "<url>https://example.org/a.bin</url></file></metalink>");
    return here;
  }

  private static void runCommand(Row row, Path here) throws IOException {
    try (TestOrigin origin = new TestOrigin()) {
      for (String name : List.of("list.txt", "release.meta4")) {
        Path list = here.resolve(name);
        Files.writeString(list, onLoopback(Files.readString(list), origin));
      }
      List<String> words = new ArrayList<>();
      WORD.matcher(onLoopback(row.code().substring(COMMAND.length()), origin))
          .results()
          .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
          .map(word -> isOfTheWorkplace(word) ? here.resolve(word).toString() : word)
          .forEach(words::add);
      if (!words.contains("-d")) {
        words.addAll(List.of("-d", here.toString()));
      }
      TestScreen screen = new TestScreen();

      int exit = screen.run(words.toArray(String[]::new));

      if (row.supported()) {
        assertThat(exit).as(screen.err()).isZero();
        assertThat(downloaded(here).isEmpty() ? screen.out() : "a file").isNotEmpty();
      } else {
        assertThat(exit).as(row.code() + " is supported: show it").isEqualTo(2);
      }
    }
  }

  private static boolean isOfTheWorkplace(String word) {
    return List.of("output", "list.txt", "failures.jsonl", "cookies.txt", "release.meta4")
        .contains(word);
  }

  private static void runCode(Row row, Class<?> cells, String cell, Path here) throws Exception {
    try (TestOrigin origin = new TestOrigin();
        DownloadEngine engine = DownloadEngine.create()) {
      String base = origin.url("");
      ADDRESS.matcher(row.code()).results().forEach(at -> origin.serve(at.group(1), CONTENT));
      DownloadRequest request =
          DownloadRequest.of(origin.serve("/c.bin", CONTENT), here.resolve("c.bin"));
      List<DownloadRequest> requests =
          List.of(
              DownloadRequest.of(origin.serve("/d.bin", CONTENT), here.resolve("d.bin")),
              DownloadRequest.of(origin.serve("/e.bin", CONTENT), here.resolve("e.bin")));
      Object context =
          cells
              .getConstructor(
                  DownloadEngine.class,
                  DownloadRequest.class,
                  List.class,
                  String.class,
                  String.class)
              .newInstance(engine, request, requests, base, here.toString());

      if (row.supported()) {
        Object value = call(cells, cell, context);
        finish(value, engine, request);
        if (row.code().startsWith("engine.update")) {
          assertThat(
                  engine.limits().equals(Limits.defaults())
                      && engine.network().equals(NetworkSettings.defaults()))
              .as("what was there before: it tells nothing")
              .isFalse();
        }
        engine.download(request.withOverwrite(true)).block();
        engine.closeLater(Duration.ofSeconds(10)).block();
        assertThat(downloaded(here)).isNotEmpty();
      } else {
        assertThatThrownBy(() -> finish(call(cells, cell, context), engine, request))
            .as(row.code() + " is supported: show it")
            .isInstanceOf(UnsupportedOperationException.class);
      }
    }
  }

  private static Object call(Class<?> cells, String cell, Object context) throws Exception {
    try {
      return cells.getMethod(cell).invoke(context);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception thrown ? thrown : e;
    }
  }

  /** Does with what a cell has returned what a program would. */
  private static void finish(Object value, DownloadEngine engine, DownloadRequest request) {
    if (value instanceof DownloadRequest changed) {
      engine.download(changed).block();
    } else if (value instanceof DownloadEngine other) {
      try (other) {
        other.download(request).block();
      }
    } else if (value instanceof Publisher<?> publisher) {
      List<?> all = Flux.from(publisher).collectList().block();
      assertThat(all).noneMatch(DownloadOutcome.Failed.class::isInstance);
    } else if (value instanceof Disposable view && !view.isDisposed()) {
      engine.downloads().forEach(download -> download.closed().block());
      view.dispose();
    }
  }

  /** Returns the files that were downloaded, and are whole. */
  private static List<Path> downloaded(Path here) throws IOException {
    try (Stream<Path> files = Files.walk(here)) {
      return files
          .filter(file -> file.toString().endsWith(".bin"))
          .peek(file -> assertThat(file).hasContent(CONTENT))
          .toList();
    }
  }

  private static String onLoopback(String text, TestOrigin origin) {
    return ADDRESS
        .matcher(text.replace(PROXY, origin.url("")))
        .replaceAll(address -> Matcher.quoteReplacement(origin.serve(address.group(1), CONTENT)));
  }

  /** Makes a method of each cell that is Java, in which the README's names have their meaning. */
  private Class<?> compile(List<Row> rows) throws Exception {
    StringBuilder source = new StringBuilder(ReadmeCode.USUAL_IMPORTS);
    source.append(
        """
        import com.qustellar.qsde.reactor.terminal.*;
        import java.util.concurrent.Callable;

        public record Cells(
            DownloadEngine engine,
            DownloadRequest request,
            List<DownloadRequest> requests,
            String origin,
            String here) {

          static Object value(Callable<?> code) throws Exception {
            return code.call();
          }

          static Object value(Runnable code) {
            code.run();
            return null;
          }
        """);
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).isCommand()) {
        String code =
            rows.get(i)
                .code()
                .replace("\"https://example.org", "origin + \"")
                .replace('"' + PROXY + '"', "origin")
                .replace("Path.of(", "Path.of(here, ");
        source.append(
            "public Object cell%d() throws Exception {\nreturn value(() -> %s);\n}\n"
                .formatted(i, code));
      }
    }
    Path classes = Files.createDirectory(temp.resolve("classes"));
    assertThat(ReadmeCode.errors(classes, "Cells", source.append("}\n").toString()))
        .as(source.toString())
        .isEmpty();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      return loader.loadClass("Cells");
    }
  }
}
