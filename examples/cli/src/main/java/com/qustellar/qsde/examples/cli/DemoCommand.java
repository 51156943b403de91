package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.internal.progress.Figures;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** Shows what the engine does, from an origin on loopback: no network is needed. */
final class DemoCommand implements Callable<Integer> {

  private static final int MIB = 1024 * 1024;
  private static final int CONNECTIONS = 4;

  // Each takes a few seconds, so that there is something to see.
  private static final DemoFile SEGMENTED =
      DemoFile.of("segmented.bin", 48 * MIB).paced(3 * MIB / 2);
  private static final DemoFile BROKEN =
      DemoFile.of("broken.bin", 24 * MIB).paced(MIB).brokenAt(5 * MIB + 12_345);
  private static final DemoFile WHOLE =
      DemoFile.of("whole.bin", 6 * MIB).paced(MIB).withoutRanges();
  private static final DemoFile SMALL = DemoFile.of("small.bin", 16 * 1024);

  private final Screen screen;

  DemoCommand(Screen screen) {
    this.screen = screen;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("demo");
    spec.usageMessage().description("Shows it at work in about ten seconds, without any network.");
    return spec;
  }

  @Override
  public Integer call() throws Exception {
    Limits limits = Limits.defaults().withConnectionsPerDownload(CONNECTIONS);
    try (DemoOrigin origin = new DemoOrigin();
        DownloadEngine engine = EngineStart.make(DownloadEngine.builder().limits(limits))) {
      return SignalGuard.guard(engine, () -> show(origin, engine));
    }
  }

  private int show(DemoOrigin origin, DownloadEngine engine) throws Exception {
    List<DemoFile> files = List.of(SEGMENTED, BROKEN, WHOLE, SMALL);
    Path dir = Files.createTempDirectory("qsde-demo");
    try {
      introduce(dir);
      List<DownloadRequest> requests =
          files.stream()
              .map(file -> DownloadRequest.of(origin.serve(file), dir).withChecksum(file.sha256()))
              .toList();
      DownloadSummary summary = download(engine, requests);
      return judge(summary.completed() == files.size(), origin.wasContinuedWhereItBroke(BROKEN));
    } finally {
      delete(dir);
    }
  }

  private DownloadSummary download(DownloadEngine engine, List<DownloadRequest> requests)
      throws InterruptedException {
    try (Report report =
        new HumanLines(screen, screen.watch(engine, screen.terminal()), true, false)) {
      return new Batch(engine, engine::downloadAll, report, null, Existing.fail)
          .run(requests, List.of());
    }
  }

  private void introduce(Path dir) {
    screen.out().println("An origin on loopback serves four files, each verified with SHA-256:");
    tell(SEGMENTED, "in segments, over " + CONNECTIONS + " slow connections at once");
    tell(BROKEN, "one connection is broken on purpose: watch it go on at the byte where it broke");
    tell(WHOLE, "its server knows no ranges, so it comes in one stream");
    tell(SMALL, "one request, one answer");
    screen.out().println("They go to " + dir + " and are deleted at the end.");
  }

  private void tell(DemoFile file, String what) {
    screen.out().printf("  %-13s  %9s  %s%n", file.name(), Figures.size(file.size()), what);
  }

  private int judge(boolean allVerified, boolean continued) {
    if (allVerified && continued) {
      screen
          .out()
          .printf(
              "All verified. %s broke at byte %,d and went on at that very byte.%n",
              BROKEN.name(), BROKEN.breakAt());
      return ExitCode.OK;
    }
    screen.error(
        allVerified
            ? BROKEN.name() + " was verified, but did not go on where it broke"
            : "not all files were downloaded and verified");
    return ExitCode.SOFTWARE;
  }

  private static void delete(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(dir);
  }
}
