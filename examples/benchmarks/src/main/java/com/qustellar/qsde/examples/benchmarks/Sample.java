package com.qustellar.qsde.examples.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/**
 * What one download took.
 *
 * @param wallSeconds from the start to the file being whole
 * @param cpuSeconds user and system time of the client's processes, nobody else's
 * @param peakBytes the most memory that was resident, 0 where the system does not tell
 */
record Sample(double wallSeconds, double cpuSeconds, long peakBytes) {

  /** Returns the median of one measure; with an even number, the mean of the middle two. */
  static double median(Collection<Sample> samples, ToDoubleFunction<Sample> measure) {
    return median(samples.stream().mapToDouble(measure).toArray());
  }

  static double median(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
