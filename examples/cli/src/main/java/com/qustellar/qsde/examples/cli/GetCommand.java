package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.FailureLog;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import reactor.core.publisher.Flux;

/** Downloads what the command line names. */
@Command(
    name = GetCommand.NAME,
    customSynopsis = "qsde get [options] URL...",
    description = "Downloads files. SIZE is in bytes, or in K, M, G: powers of 1024.",
    sortOptions = false,
    footer = {
      "",
      "Exit code: 0 all completed, 1 at least one failed, 2 wrong usage,",
      "130 after SIGINT, 143 after SIGTERM."
    })
final class GetCommand implements Callable<Integer> {

  static final String NAME = "get";

  /** When what is going on is drawn over and over. */
  enum Ui {
    auto,
    on,
    off
  }

  private final Screen screen;
  private final EngineStart start;

  @Mixin GetOptions options = new GetOptions();

  @Option(
      names = "--ui",
      paramLabel = "auto|on|off",
      defaultValue = "auto",
      description =
          "Lines that are drawn over, on a terminal by default; or lines that follow each other.")
  Ui ui = Ui.auto;

  @Option(
      names = "--json",
      description = "One JSON object a line on stdout: progress, completed, failed, summary.")
  boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Show errors only.")
  boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show retries, final addresses and digests as well.")
  boolean verbose;

  GetCommand(Screen screen, EngineStart start) {
    this.screen = screen;
    this.start = start;
  }

  @Override
  public Integer call() throws Exception {
    List<DownloadRequest> requests = options.requests();
    FailureLog failures = options.failureLog();
    if (json && options.target.toStandardOutput()) {
      throw new UsageException("--json writes to stdout, as --output - does: give one of them");
    }
    if (!quiet) {
      options.warnings().forEach(screen.err()::println);
    }
    try (DownloadEngine engine = start.await()) {
      options.configure(engine);
      return SignalGuard.guard(engine, () -> run(engine, requests, failures));
    }
  }

  private int run(
      DownloadEngine engine, List<DownloadRequest> requests, @Nullable FailureLog failures)
      throws InterruptedException {
    try (Report report = report(engine)) {
      Function<Flux<DownloadRequest>, Flux<DownloadOutcome>> downloads =
          options.target.toStandardOutput()
              ? new StandardOutput(engine, screen.out())::downloadAll
              : engine::downloadAll;
      Batch batch = new Batch(engine, downloads, report, failures, options.target.existing());
      long completed = batch.run(requests).completed();
      return completed + batch.kept() == requests.size() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private Report report(DownloadEngine engine) {
    if (json) {
      return new JsonLines(screen);
    }
    if (quiet) {
      return new HumanLines(screen, null, false, false);
    }
    boolean drawn = ui == Ui.on || (ui == Ui.auto && screen.terminal());
    return new HumanLines(screen, screen.watch(engine, drawn), verbose, verbose);
  }
}
