package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;

/**
 * One file that somebody else serves, over whatever lies between.
 *
 * @param payload the file
 * @param connections over how many QSDE fetches it
 */
record Elsewhere(Payload payload, List<Integer> connections) implements Scenario {

  /** Reads the file once, to know what everybody must get. */
  static Elsewhere of(URI uri, List<Integer> connections) throws IOException, InterruptedException {
    return new Elsewhere(Payload.elsewhere(uri), connections);
  }

  @Override
  public Set<String> participants() {
    return Set.copyOf(Lineup.noted());
  }

  @Override
  public long bytes() {
    return payload.bytes();
  }

  @Override
  public Served serve(Workspace workspace, Cleanup cleanup) {
    return new Served(Size.format(bytes()) + " from " + payload.uri(), List.of(payload));
  }

  @Override
  public List<Runner.Case> cases(Entrant entrant, Payload what) {
    return Runner.casesOfQsde(entrant, what, connections);
  }

  @Override
  public int warmup() {
    return 1;
  }

  @Override
  public Report report(List<Result> results) {
    return new SpeedReport(results, bytes(), Long.MAX_VALUE);
  }
}
