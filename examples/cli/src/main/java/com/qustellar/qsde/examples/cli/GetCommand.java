package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.FailureLog;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import reactor.core.publisher.Flux;

/** Downloads what the command line names. */
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

  final GetOptions options = new GetOptions();
  private final OptionSet more = new OptionSet();

  private final Supplier<Ui> ui =
      more.value(
          Ui.class,
          OptionSpec.builder("--ui")
              .paramLabel("auto|on|off")
              .defaultValue("auto")
              .description(
                  "Lines that are drawn over, on a terminal by default; or lines that follow each other."));

  private final Supplier<Boolean> json =
      more.flag(
          OptionSpec.builder("--json")
              .description(
                  "One JSON object a line on stdout: progress, completed, skipped, failed, summary."));

  private final Supplier<Boolean> quiet =
      more.flag(OptionSpec.builder("-q", "--quiet").description("Show errors only."));

  private final Supplier<Boolean> verbose =
      more.flag(
          OptionSpec.builder("-v", "--verbose")
              .description("Show retries, final addresses and digests as well."));

  GetCommand(Screen screen, EngineStart start) {
    this.screen = screen;
    this.start = start;
  }

  /** Returns what the command line may say. */
  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name(NAME);
    spec.usageMessage()
        .customSynopsis("qsde get [options] URL...")
        .description("Downloads files. SIZE is in bytes, or in K, M, G: powers of 1024.")
        .sortOptions(false)
        .footer(
            "",
            "Exit code: 0 all completed, 1 at least one failed, 2 wrong usage,",
            "129 after SIGHUP, 130 after SIGINT, 143 after SIGTERM.");
    options.addTo(spec);
    more.addTo(spec);
    return spec;
  }

  @Override
  public Integer call() throws Exception {
    List<DownloadRequest> requests = options.requests();
    FailureLog failures = options.failureLog();
    if (json.get() && options.target.toStandardOutput()) {
      throw new UsageException("--json writes to stdout, as --output - does: give one of them");
    }
    if (!quiet.get()) {
      options.warnings().forEach(screen.err()::println);
    }
    try (DownloadEngine engine = start.await()) {
      options.configure(engine);
      return SignalGuard.guard(engine, () -> run(engine, requests, options.refused(), failures));
    }
  }

  private int run(
      DownloadEngine engine,
      List<DownloadRequest> requests,
      List<String> refused,
      @Nullable FailureLog failures)
      throws InterruptedException {
    try (Report report = report(engine)) {
      Function<Flux<DownloadRequest>, Flux<DownloadOutcome>> downloads =
          options.target.toStandardOutput()
              ? new StandardOutput(engine, screen.out())::downloadAll
              : engine::downloadAll;
      Batch batch = new Batch(engine, downloads, report, failures, options.target.existing());
      long completed = batch.run(requests, refused).completed();
      return completed + batch.kept() == requests.size() + refused.size()
          ? ExitCode.OK
          : ExitCode.SOFTWARE;
    }
  }

  private Report report(DownloadEngine engine) {
    if (json.get()) {
      return new JsonLines(screen);
    }
    if (quiet.get()) {
      return new HumanLines(screen, null, false, false);
    }
    boolean drawn = ui.get() == Ui.on || (ui.get() == Ui.auto && screen.terminal());
    return new HumanLines(screen, screen.watch(engine, drawn), verbose.get(), verbose.get());
  }
}
