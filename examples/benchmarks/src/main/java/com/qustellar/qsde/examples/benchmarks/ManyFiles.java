package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Many small files over loopback, several at once.
 *
 * @param files how many
 * @param bytesEach the length of each
 * @param atOnce how many at once
 */
record ManyFiles(int files, long bytesEach, int atOnce) implements Scenario {

  @Override
  public Set<String> participants() {
    return Set.of();
  }

  @Override
  public long bytes() {
    return files * bytesEach;
  }

  @Override
  public Served serve(Workspace workspace, Cleanup cleanup)
      throws IOException, InterruptedException {
    String sha256 = workspace.fill(files, bytesEach);
    Origin origin = cleanup.add(Origin.nginx(workspace.payload(), workspace.folder()));
    return new Served(
        String.format(
            Locale.ROOT,
            "%,d files of %s over loopback from %s",
            files,
            Size.format(bytesEach),
            origin.description()),
        List.of(new Payload("", origin.uri(), files, bytes(), sha256)));
  }

  @Override
  public List<Entrant> commands(Lineup lineup, @Nullable Path qsde) {
    return lineup.commandsForMany();
  }

  @Override
  public List<Runner.Case> cases(Entrant entrant, Payload payload) {
    return List.of(new Runner.Case(entrant, payload, atOnce, false));
  }

  @Override
  public int warmup() {
    return 20;
  }

  @Override
  public Report report(List<Result> results) {
    return new ManyFilesReport(results, files, bytes());
  }
}
