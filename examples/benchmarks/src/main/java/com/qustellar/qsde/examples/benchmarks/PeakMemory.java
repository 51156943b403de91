package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most memory that a process had resident, as Linux counts it; 0 on other systems. */
final class PeakMemory {

  private static final String FIELD = "VmHWM:";

  private PeakMemory() {}

  /** Lets this process's peak begin anew at what is resident now. */
  static void reset() throws IOException {
    Path switchFile = Path.of("/proc/self/clear_refs");
    if (Files.exists(switchFile)) {
      Files.writeString(switchFile, "5");
    }
  }

  static long ofSelf() {
    return bytes(Path.of("/proc/self/status"));
  }

  /** Returns the largest single peak among a process and those below it. */
  static long ofTree(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    long peak = bytes(process.resolve("status"));
    try {
      String children =
          Files.readString(process.resolve("task").resolve(Long.toString(pid)).resolve("children"));
      for (String child : children.split(" ", -1)) {
        if (!child.isBlank()) {
          peak = Math.max(peak, ofTree(Long.parseLong(child.trim())));
        }
      }
    } catch (IOException e) {
      return peak; // Ended meanwhile, or not a Linux.
    }
    return peak;
  }

  private static long bytes(Path status) {
    try {
      return parse(Files.readString(status));
    } catch (IOException e) {
      return 0; // Ended meanwhile, or not a Linux.
    }
  }

  /** Returns the peak that a {@code status} file of {@code /proc} tells. */
  static long parse(String status) {
    return status
            .lines()
            .filter(line -> line.startsWith(FIELD))
            .map(line -> line.substring(FIELD.length()).replace("kB", "").trim())
            .mapToLong(Long::parseLong)
            .findFirst()
            .orElse(0)
        * 1024;
  }
}
