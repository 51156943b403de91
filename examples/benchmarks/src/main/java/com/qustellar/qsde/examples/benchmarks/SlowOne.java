package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.examples.benchmarks.RangeServer.Pace;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One file from an origin that gives all connections alike, and from one where each download has a
 * connection that is a hundred times slower.
 *
 * @param bytes the file's length
 * @param connections over how many everybody fetches it
 * @param bytesPerSecond what a connection is given
 */
record SlowOne(long bytes, List<Integer> connections, long bytesPerSecond) implements Scenario {

  /** Not the first, which tells what the file is, nor the last to be opened. */
  private static final int SLOW = 3;

  @Override
  public Set<String> participants() {
    return Set.copyOf(Lineup.segmented());
  }

  @Override
  public Served serve(Workspace workspace, Cleanup cleanup) throws IOException {
    String sha256 = workspace.fill(bytes);
    Origin even = cleanup.add(origin(workspace, new Pace(bytesPerSecond, 0)));
    Origin slow = cleanup.add(origin(workspace, new Pace(bytesPerSecond, SLOW)));
    Payload alike = Payload.file(even.uri(), bytes, sha256).served("all alike", even.uri());
    return new Served(
        String.format(
            Locale.ROOT,
            "%s over loopback from %s, %s/s a connection, and a hundredth of that for one of them",
            Size.format(bytes),
            even.description(),
            Size.format(bytesPerSecond)),
        List.of(alike, alike.served("one slow", slow.uri())));
  }

  private static Origin origin(Workspace workspace, Pace pace) throws IOException {
    return Origin.embedded(workspace.payload(), workspace.folder(), pace);
  }

  @Override
  public List<Runner.Case> cases(Entrant entrant, Payload payload) {
    return Runner.cases(entrant, payload, connections, List.of(false));
  }

  @Override
  public int warmup() {
    return 1;
  }

  @Override
  public Report report(List<Result> results) {
    return new SlowOneReport(results, bytes);
  }
}
