package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Lets everybody download in turn.
 *
 * <p>First each case is warmed up, the content of its first download compared by digest. Then come
 * the rounds: in each, every case runs once, so that what disturbs the machine disturbs all alike.
 * The length of each download is checked, and its files are deleted before the next one begins.
 */
final class Runner {

  private final Workspace workspace;
  private final PrintWriter progress;

  Runner(Workspace workspace, PrintWriter progress) {
    this.workspace = workspace;
    this.progress = progress;
  }

  /** One entrant's download of all that there is, with or without a SHA-256. */
  record Case(Entrant entrant, Payload payload, int connections, boolean sha256) {

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s (%s) ×%s%s%s",
          entrant.title(),
          entrant.kind().name().toLowerCase(Locale.ROOT),
          Report.connections(connections),
          sha256 ? ", SHA-256" : "",
          payload.way().isEmpty() ? "" : ", " + payload.way());
    }
  }

  /**
   * Returns what an entrant can be asked: each of the numbers of connections that it is able to
   * use, and its own most where it is able to use none of them. Only QSDE decides itself.
   */
  static List<Case> cases(
      Entrant entrant, Payload payload, List<Integer> connections, List<Boolean> digests) {
    int most = entrant.maxConnections();
    List<Integer> able =
        connections.stream()
            .filter(n -> n == Limits.AUTO ? most == Integer.MAX_VALUE : n <= most)
            .toList();
    List<Case> cases = new ArrayList<>();
    for (int n : able.isEmpty() ? List.of(most) : able) {
      for (boolean sha256 : digests) {
        if (!sha256 || entrant.checksSha256()) {
          cases.add(new Case(entrant, payload, n, sha256));
        }
      }
    }
    return cases;
  }

  /**
   * Returns QSDE with each number of connections, and anybody else as it does best: with the number
   * that it finds itself, else with the most that it can use.
   */
  static List<Case> casesOfQsde(Entrant entrant, Payload payload, List<Integer> connections) {
    List<Case> cases = cases(entrant, payload, connections, List.of(false));
    if (entrant.title().equals(Lineup.QSDE)) {
      return cases;
    }
    return cases.stream()
        .max(
            Comparator.comparingInt(
                c -> c.connections() == Limits.AUTO ? Integer.MAX_VALUE : c.connections()))
        .stream()
        .toList();
  }

  /**
   * Warms one entrant's cases up, in turn.
   *
   * @param downloads how many at least, all cases together; a process that ends after each download
   *     has one of each
   */
  void warmUp(List<Case> cases, int downloads) throws IOException, InterruptedException {
    for (int done = 0; done < Math.max(1, downloads); done += cases.size()) {
      for (Case what : cases) {
        progress.println("warm-up: " + what);
        progress.flush();
        run(what, done == 0);
      }
      if (cases.stream().noneMatch(what -> what.entrant().kind() == Kind.WARM)) {
        return;
      }
    }
  }

  /** Runs every case once a round, and returns their samples in the order of the cases. */
  List<Result> measure(List<Case> cases, int rounds) throws IOException, InterruptedException {
    List<List<Sample>> samples = new ArrayList<>();
    cases.forEach(what -> samples.add(new ArrayList<>()));
    for (int round = 1; round <= rounds; round++) {
      for (int i = 0; i < cases.size(); i++) {
        Sample sample = run(cases.get(i), false);
        samples.get(i).add(sample);
        progress.printf(
            Locale.ROOT,
            "round %d of %d: %s: %.2f s, CPU %.2f s%n",
            round,
            rounds,
            cases.get(i),
            sample.wallSeconds(),
            sample.cpuSeconds());
        progress.flush();
      }
    }
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      Case what = cases.get(i);
      results.add(
          new Result(
              what.entrant().title(),
              what.entrant().kind(),
              what.connections(),
              what.sha256(),
              what.payload().way(),
              List.copyOf(samples.get(i))));
    }
    return results;
  }

  private Sample run(Case what, boolean compareContent) throws IOException, InterruptedException {
    Job job = what.payload().job(workspace, what.connections(), what.sha256());
    Sample sample = what.entrant().download(job);
    try {
      what.payload().checkLength(job);
      if (compareContent) {
        what.payload().checkContent(job);
      }
    } catch (IOException e) {
      throw new IOException(what + ": " + e.getMessage(), e);
    }
    workspace.clearDownloads();
    return sample;
  }
}
