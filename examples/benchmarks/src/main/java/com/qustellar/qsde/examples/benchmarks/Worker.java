package com.qustellar.qsde.examples.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * The JVM that one library runs in.
 *
 * <p>With a job as its second argument it does that one and ends. Without, it takes jobs from its
 * standard input, one a line, and answers each with {@code ok WALL_NANOS CPU_NANOS PEAK_BYTES} or
 * {@code failed WHY}, until the input ends.
 */
final class Worker {

  private Worker() {}

  public static void main(String[] args) throws Exception {
    try (Client client = Library.valueOf(args[0]).open()) {
      if (args.length > 1) {
        run(client, Job.parse(args[1]));
      } else {
        serve(client, System.out);
      }
    }
  }

  private static void serve(Client client, PrintStream answers) throws IOException {
    BufferedReader jobs =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
      answers.println(answer(client, Job.parse(line)));
    }
  }

  private static void run(Client client, Job job) throws Exception {
    if (job.files() == 0) {
      client.download(job);
    } else {
      client.downloadAll(job);
    }
  }

  private static String answer(Client client, Job job) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    try {
      PeakMemory.reset();
      long cpu = system.getProcessCpuTime();
      long wall = System.nanoTime();
      run(client, job);
      wall = System.nanoTime() - wall;
      cpu = system.getProcessCpuTime() - cpu;
      return "ok " + wall + " " + cpu + " " + PeakMemory.ofSelf();
    } catch (Exception e) {
      return "failed " + e.toString().replace('\n', ' ');
    }
  }
}
