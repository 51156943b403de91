package com.qustellar.qsde.examples.cluster.demo;

import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Tells apart what the workers say of each file. For one thread. */
final class Tally {

  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private final Map<String, Integer> byWorker = new TreeMap<>();
  private final Set<String> whole = new HashSet<>();
  private long bytes;

  void add(JobResult result) {
    outcomes.merge(result.outcome(), 1, Integer::sum);
    if (result.outcome().isWhole() && whole.add(result.id())) {
      bytes += result.bytes();
      byWorker.merge(result.worker(), 1, Integer::sum);
    }
  }

  /** Returns how many targets are whole. */
  int whole() {
    return whole.size();
  }

  /** Returns the bytes of those. */
  long bytes() {
    return bytes;
  }

  /** Returns how often there was such an outcome. */
  int count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
  }

  /** Returns how many targets each worker was the first to tell of. */
  Map<String, Integer> byWorker() {
    return byWorker;
  }
}
