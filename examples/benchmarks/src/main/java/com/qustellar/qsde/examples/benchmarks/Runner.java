package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Lets everybody download in turn.
 *
 * <p>First each case is warmed up, its first file compared byte for byte by digest. Then come the
 * rounds: in each, every case runs once, so that what disturbs the machine disturbs all alike. Each
 * file's length is checked, and each file deleted before the next download begins.
 */
final class Runner {

  private static final int HASH_BUFFER_BYTES = 1 << 20;

  private final Workspace workspace;
  private final String payloadSha256;
  private final URI uri;
  private final PrintWriter progress;

  Runner(Workspace workspace, String payloadSha256, URI uri, PrintWriter progress) {
    this.workspace = workspace;
    this.payloadSha256 = payloadSha256;
    this.uri = uri;
    this.progress = progress;
  }

  /** One entrant with so many connections, with or without a SHA-256. */
  record Case(Entrant entrant, int connections, boolean sha256) {

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s (%s), %d connection%s%s",
          entrant.title(),
          entrant.kind().name().toLowerCase(Locale.ROOT),
          connections,
          connections == 1 ? "" : "s",
          sha256 ? ", SHA-256" : "");
    }
  }

  /**
   * Returns what an entrant can be asked: each of the numbers of connections that it is able to
   * use, and its own most where it is able to use none of them.
   */
  static List<Case> cases(Entrant entrant, List<Integer> connections, List<Boolean> digests) {
    List<Integer> able = connections.stream().filter(n -> n <= entrant.maxConnections()).toList();
    List<Case> cases = new ArrayList<>();
    for (int n : able.isEmpty() ? List.of(entrant.maxConnections()) : able) {
      for (boolean sha256 : digests) {
        if (!sha256 || entrant.checksSha256()) {
          cases.add(new Case(entrant, n, sha256));
        }
      }
    }
    return cases;
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
              List.copyOf(samples.get(i))));
    }
    return results;
  }

  private Sample run(Case what, boolean compareContent) throws IOException, InterruptedException {
    String sha256 = what.sha256() ? payloadSha256 : null;
    Sample sample =
        what.entrant().download(new Job(uri, workspace.target(), what.connections(), sha256));
    long length = Files.size(workspace.target());
    if (length != Files.size(workspace.payload())) {
      throw new IOException(what + " left a file of " + length + " bytes");
    }
    if (compareContent && !sha256OfTarget().equals(payloadSha256)) {
      throw new IOException(what + " left a file with other content");
    }
    workspace.clearDownloads();
    return sample;
  }

  private String sha256OfTarget() throws IOException {
    MessageDigest digest = Job.newSha256();
    byte[] buffer = new byte[HASH_BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(workspace.target())) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
