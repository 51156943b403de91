package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.util.List;

/**
 * What one entrant's downloads over so many connections took, with or without a SHA-256.
 *
 * @param way in which way they were served, where there are several; else empty
 * @param samples one a round, in the order of the rounds
 */
record Result(
    String title, Kind kind, int connections, boolean sha256, String way, List<Sample> samples) {

  double wallSeconds() {
    return Sample.median(samples, Sample::wallSeconds);
  }

  double cpuSeconds() {
    return Sample.median(samples, Sample::cpuSeconds);
  }

  double peakBytes() {
    return Sample.median(samples, Sample::peakBytes);
  }
}
