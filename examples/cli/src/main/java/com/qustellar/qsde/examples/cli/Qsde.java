package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.examples.demo.ProcessExit;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code qsde} command: downloads files, segmented, verified and retried. */
public final class Qsde {

  private Qsde() {}

  /**
   * Runs the command and ends the process with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    ProcessExit.exit(run(Screen.ofProcess(), args));
  }

  /** Runs the command and returns its exit code: 0 done, 1 something failed, 2 wrong usage. */
  static int run(Screen screen, String... args) {
    try (EngineStart engine = new EngineStart(args)) {
      return execute(screen, engine, args);
    }
  }

  private static int execute(Screen screen, EngineStart engine, String... args) {
    return new CommandLine(spec())
        .addSubcommand(new GetCommand(screen, engine).spec())
        .addSubcommand(new DemoCommand(screen).spec())
        .addSubcommand(new TrainCommand(screen).spec())
        .setOut(new PrintWriter(screen.out(), true, StandardCharsets.UTF_8))
        .setExpandAtFiles(false)
        .setOverwrittenOptionsAllowed(true)
        .setParameterExceptionHandler((e, unused) -> wrongUsage(screen, e.getCommandLine(), e))
        .setExecutionExceptionHandler(
            (e, command, unused) -> {
              if (e instanceof UsageException) {
                return wrongUsage(screen, command, e);
              }
              screen.error("unexpected, please report it: " + e);
              return ExitCode.SOFTWARE;
            })
        .execute(args);
  }

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("qsde").versionProvider(new Version());
    spec.usageMessage()
        .description("Downloads files over HTTP: segmented, verified, retried.")
        .synopsisSubcommandLabel("COMMAND")
        .footer(
            "Those that the launcher builds at their first use:",
            "  serve    Downloads as a service, with a page: qsde serve --help",
            "  cluster  Downloads on many machines, over Kafka: qsde cluster --help",
            "  bench    Measures it beside its rivals: qsde bench --help");
    return spec.addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .scopeType(ScopeType.INHERIT)
                .description("Show this and do nothing else.")
                .build())
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Show the version and do nothing else.")
                .build());
  }

  private static int wrongUsage(Screen screen, CommandLine command, Exception e) {
    String name = command.getCommandSpec().qualifiedName();
    String message = e instanceof UnmatchedArgumentException unknown ? told(unknown) : null;
    screen.error((message == null ? e.getMessage() : message) + " (see " + name + " --help)");
    return ExitCode.USAGE;
  }

  /** What follows an option that was mistyped may be a secret. */
  private static @Nullable String told(UnmatchedArgumentException unknown) {
    String option = unknown.getUnmatched().get(0);
    return unknown.isUnknownOption() && option.indexOf('=') > 0
        ? "Unknown option: '" + option.substring(0, option.indexOf('=')) + "'"
        : null;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      Properties properties = new Properties();
      try (InputStream resource = Qsde.class.getResourceAsStream("version.properties")) {
        properties.load(resource);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new String[] {"qsde " + properties.getProperty("version")};
    }
  }
}
