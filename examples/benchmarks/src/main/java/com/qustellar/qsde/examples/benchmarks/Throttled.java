package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One file from an origin that gives each connection so much and no more.
 *
 * @param bytes the file's length
 * @param connections over how many QSDE fetches it
 * @param bytesPerSecond what a connection is given
 */
record Throttled(long bytes, List<Integer> connections, long bytesPerSecond) implements Scenario {

  @Override
  public Set<String> participants() {
    return Set.copyOf(Lineup.segmented());
  }

  @Override
  public Served serve(Workspace workspace, Cleanup cleanup) throws IOException {
    String sha256 = workspace.fill(bytes);
    RangeServer.Pace pace = new RangeServer.Pace(bytesPerSecond, 0);
    Origin origin = cleanup.add(Origin.embedded(workspace.payload(), workspace.folder(), pace));
    return new Served(
        String.format(
            Locale.ROOT,
            "%s over loopback from %s, %s/s a connection",
            Size.format(bytes),
            origin.description(),
            Size.format(bytesPerSecond)),
        List.of(Payload.file(origin.uri(), bytes, sha256)));
  }

  @Override
  public List<Runner.Case> cases(Entrant entrant, Payload payload) {
    return Runner.casesOfQsde(entrant, payload, connections);
  }

  @Override
  public int warmup() {
    return 1;
  }

  @Override
  public Report report(List<Result> results) {
    return new SpeedReport(results, bytes, bytesPerSecond);
  }
}
