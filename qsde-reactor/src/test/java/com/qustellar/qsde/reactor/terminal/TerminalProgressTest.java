package com.qustellar.qsde.reactor.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine seen on a terminal, and where there is none. */
@Timeout(60)
class TerminalProgressTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path dir;
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final DownloadEngine engine = DownloadEngine.create();
  private final VirtualTerminal terminal = new VirtualTerminal(100, 20);
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private final CountDownLatch go = new CountDownLatch(1);
  private TerminalProgress view;

  @BeforeEach
  void serve() {
    for (String path : new String[] {"/a.bin", "/b.bin"}) {
      origin.serve(path, Body.random(1, 2000));
      origin.on(path).answer(reply -> reply.stallAfter(1000, go));
    }
    origin.on("/missing.bin").answer(Reply.status(404));
  }

  @AfterEach
  void close() {
    go.countDown();
    if (view != null) {
      view.dispose();
    }
    engine.close();
    terminal.close();
    origin.close();
  }

  @Test
  void whatRunsHasALineAndWhatHasEndedScrollsUp() {
    view = drawn();
    Download a = submit("a.bin");
    Download b = submit("b.bin");
    await(
        () -> {
          // Not the first part of a frame.
          List<String> lines = terminal.lines();
          return lines.size() == 3
              && lines.stream().filter(line -> line.contains("50%")).count() == 2;
        });

    assertThat(terminal.lines().get(0)).startsWith("a.bin ").endsWith(" conn");
    assertThat(terminal.lines().get(1)).startsWith("b.bin ");
    assertThat(terminal.lines().get(2)).startsWith("0 of 2 files");

    Download missing = submit("missing.bin");
    missing.closed().block(LIMIT);
    await(() -> shown("404"));
    go.countDown();
    a.result().block(LIMIT);
    b.result().block(LIMIT);
    await(() -> terminal.lines().size() == 3 && shown("a.bin: ") && shown("b.bin: "));

    assertThat(terminal.lines().get(0)).contains("/missing.bin").contains("404");
    assertThat(terminal.lines().subList(1, 3))
        .allSatisfy(line -> assertThat(line).matches("[ab]\\.bin: 2\\.0 KiB in .* s, .*B/s"));
  }

  @Test
  void theTerminalIsGivenBackWhenNothingRunsAndTakenAgain() {
    view = drawn();
    submit("a.bin");
    await(() -> shown("0 of 1 file"));
    assertThat(terminal.sent()).contains("\u001b[?25l");

    engine.cancelAll();
    await(() -> terminal.sent().contains("\u001b[?25h"));
    submit("b.bin");
    await(() -> shown("1 of 2 files, 1 cancelled"));
    view.dispose();

    assertThat(view.isDisposed()).isTrue();
    assertThat(terminal.lines()).singleElement().asString().contains("cancelled");
    assertThat(terminal.sent().lastIndexOf("\u001b[?25h"))
        .isGreaterThan(terminal.sent().lastIndexOf("\u001b[?25l"));
  }

  @Test
  void whatTheProgramPrintsStandsAboveAndBringsNoEscapes() {
    view = drawn();
    view.println("before");
    submit("a.bin");
    await(() -> shown("0 of 1 file"));
    view.println("mean\u001b[2Jwhile");
    view.dispose();
    view.println("after");

    assertThat(terminal.lines()).containsExactly("before", "mean[2Jwhile", "after");
  }

  @Test
  void nothingIsWrittenWhileNothingChanges() {
    view = drawn();
    submit("a.bin");
    await(() -> shown("50%") && shown(" 0 B/s"));
    int before = terminal.bytes();
    view.println("x");
    await(() -> shown("x"));

    assertThat(terminal.bytes() - before).isLessThan(200);
  }

  @Test
  void withoutATerminalLinesAreAllThereIs() {
    VirtualTerminal dumb = new VirtualTerminal("dumb", 80, 24);
    view =
        TerminalProgress.builder()
            .lines(new PrintStream(lines, true, StandardCharsets.UTF_8))
            .terminal(dumb.terminal())
            .attach(engine);
    Download a = submit("a.bin");
    await(() -> a.latest().bytesReceived() == 1000);
    await(() -> lines.toString(StandardCharsets.UTF_8).startsWith("0 of 1 file, "));
    go.countDown();
    await(() -> lines.toString(StandardCharsets.UTF_8).contains("a.bin: 2.0 KiB in "));
    dumb.close();

    assertThat(dumb.bytes()).isZero();
    assertThat(lines.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b", "\r");
  }

  private TerminalProgress drawn() {
    return TerminalProgress.builder()
        .lines(new PrintStream(terminal.terminal().output(), true, StandardCharsets.UTF_8))
        .terminal(terminal.terminal())
        .attach(engine);
  }

  private Download submit(String name) {
    return engine.submit(DownloadRequest.of(origin.uri("/" + name), dir.resolve(name)));
  }

  private boolean shown(String text) {
    return terminal.lines().stream().anyMatch(line -> line.contains(text));
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as("the time, while waiting in vain before %s", terminal.lines())
          .isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
