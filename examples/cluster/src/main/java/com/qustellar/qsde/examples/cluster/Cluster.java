package com.qustellar.qsde.examples.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.examples.cluster.demo.DemoCommand;
import com.qustellar.qsde.examples.cluster.status.StatusCommand;
import com.qustellar.qsde.examples.cluster.submit.SubmitCommand;
import com.qustellar.qsde.examples.cluster.worker.WorkerCommand;
import com.qustellar.qsde.examples.demo.ProcessExit;
import com.qustellar.qsde.internal.http.SafeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The {@code qsde cluster} command: a batch of downloads on many machines. */
@Command(
    name = "qsde cluster",
    description = "A batch of downloads on many machines, with Apache Kafka as its queue.",
    synopsisSubcommandLabel = "COMMAND")
public final class Cluster {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show this and do nothing else.")
  boolean help;

  private Cluster() {}

  /**
   * Runs the command and ends the process with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    ProcessExit.exit(run(args));
  }

  /** Runs the command and returns its exit code: 0 done, 1 something failed, 2 wrong usage. */
  static int run(String... args) {
    return new CommandLine(new Cluster())
        .addSubcommand(new SubmitCommand())
        .addSubcommand(new WorkerCommand())
        .addSubcommand(new StatusCommand())
        .addSubcommand(new DemoCommand())
        // One that tells of a reader that has gone, as that of picocli does not.
        .setOut(new PrintWriter(System.out, true, UTF_8))
        .setExpandAtFiles(false)
        .setOverwrittenOptionsAllowed(true)
        .setParameterExceptionHandler(
            (e, unused) -> {
              CommandLine command = e.getCommandLine();
              String name = command.getCommandSpec().qualifiedName();
              tell(command, e.getMessage() + " (see " + name + " --help)");
              return ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (e, command, unused) -> {
              tell(command, words(e));
              return ExitCode.SOFTWARE;
            })
        .execute(args);
  }

  private static void tell(CommandLine command, String line) {
    command.getErr().println("qsde: " + SafeText.strip(line));
  }

  private static String words(Exception e) {
    if (e instanceof KafkaException) {
      // What wraps it says no more than that a client could not be made.
      Throwable first = e;
      for (Throwable next = first; next != null; next = next.getCause()) {
        first = next;
      }
      return "Kafka can't be used: " + first.getMessage();
    }
    if (e instanceof IOException || e instanceof UncheckedIOException) {
      return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
    }
    return "unexpected, please report it: " + e;
  }
}
