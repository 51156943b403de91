package com.qustellar.qsde.examples.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The machine that the numbers belong to. */
final class Machine {

  private Machine() {}

  /** Returns cores, memory, kernel and JDK in one line. */
  static String describe() throws IOException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return String.format(
        Locale.ROOT,
        "%d cores%s, %.0f GiB RAM, %s %s %s, JDK %s",
        Runtime.getRuntime().availableProcessors(),
        processor(Path.of("/proc/cpuinfo")),
        (double) system.getTotalMemorySize() / Size.GIB,
        system.getName(),
        system.getVersion(),
        system.getArch(),
        Runtime.version());
  }

  private static String processor(Path cpuInfo) throws IOException {
    if (!Files.isReadable(cpuInfo)) {
      return "";
    }
    return Files.readAllLines(cpuInfo).stream()
        .filter(line -> line.startsWith("model name"))
        .findFirst()
        .map(line -> " (" + line.substring(line.indexOf(':') + 1).strip() + ")")
        .orElse("");
  }
}
