package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What everybody is asked to download, from where, and what is told of it. */
interface Scenario {

  /**
   * What is served, and how.
   *
   * @param description as the table's head tells it
   * @param payloads what everybody downloads, in each of the ways that are compared
   * @param certificate whom everybody is to trust, null where it is served without TLS
   */
  record Served(String description, List<Payload> payloads, @Nullable Certificate certificate) {

    Served(String description, List<Payload> payloads) {
      this(description, payloads, null);
    }
  }

  /** Returns the names of those who take part where nobody is named; empty for all. */
  Set<String> participants();

  /** Returns how many bytes a download has. */
  long bytes();

  /** Serves it until the clean-up. */
  Served serve(Workspace workspace, Cleanup cleanup) throws IOException, InterruptedException;

  /**
   * Returns the commands that take part.
   *
   * @param qsde the {@code qsde} launcher, null where it was not found
   */
  default List<Entrant> commands(Lineup lineup, @Nullable Path qsde) {
    return lineup.commands(qsde);
  }

  /** Returns what an entrant is asked. */
  List<Runner.Case> cases(Entrant entrant, Payload payload);

  /** Returns the table of the results. */
  Report report(List<Result> results);

  /** Returns how many downloads of each warm JVM come before the first round. */
  int warmup();

  /** Returns what else is to be known of the numbers; empty where there is nothing. */
  default String remark() {
    return "";
  }
}
