package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The benchmark: everybody downloads the same file from the same origin, in turn. */
@Command(
    name = "bench",
    sortOptions = false,
    description = {
      "Downloads one file over loopback with QSDE and its rivals in turn, and prints a table.",
      "Rivals that are commands take part where they are installed."
    })
final class Benchmark implements Callable<Integer> {

  /** With which of the two a case is run. */
  enum Digests {
    ON,
    OFF,
    BOTH;

    List<Boolean> choices() {
      return switch (this) {
        case ON -> List.of(true);
        case OFF -> List.of(false);
        case BOTH -> List.of(false, true);
      };
    }
  }

  /** Who serves the file. */
  enum Server {
    AUTO,
    NGINX,
    EMBEDDED
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "The file's size, with K, M or G as powers of 1024. Default: 1G.")
  private @Nullable Long size;

  @Option(
      names = "--connections",
      paramLabel = "N",
      split = ",",
      description = "Over how many connections, for those that can. Default: 1,4,16.")
  private @Nullable List<Integer> connections;

  @Option(
      names = "--sha256",
      paramLabel = "on|off|both",
      description = "Whether a SHA-256 is checked. Default: both.")
  private Digests digests = Digests.BOTH;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Rounds that are measured; the table shows medians. Default: 5.")
  private @Nullable Integer repeat;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Downloads of each warm JVM before the first round. Default: 10.")
  private @Nullable Integer warmup;

  @Option(
      names = "--cold",
      description = "Also measure each library in fresh JVMs, one a download.")
  private boolean cold;

  @Option(
      names = "--quick",
      description = "A first look: 128 MiB, 4 connections, 2 rounds after 2 downloads.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Who takes part, of: ${COMPLETION-CANDIDATES}.",
      completionCandidates = Names.class)
  private Set<String> only = Set.of();

  @Option(
      names = "--origin",
      paramLabel = "auto|nginx|embedded",
      description = "Who serves the file. Default: nginx where it is installed.")
  private Server server = Server.AUTO;

  @Option(
      names = "--qsde",
      paramLabel = "FILE",
      description = "The qsde launcher. Default: the one of the tree that this program lies in.")
  private @Nullable Path qsde;

  @Option(
      names = "--pairs",
      description = "Also print QSDE divided by each rival, round by round: median and range.")
  private boolean pairs;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write every sample to FILE, one JSON object a line.")
  private @Nullable Path json;

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    OptionSpec help =
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Print this and exit.")
            .build();
    return new CommandLine(CommandSpec.forAnnotatedObject(new Benchmark()).addOption(help))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, commandLine, parsed) -> {
              commandLine.getErr().println("bench: " + failure.getMessage());
              commandLine.getErr().flush();
              return CommandLine.ExitCode.SOFTWARE;
            });
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    PrintWriter out = spec.commandLine().getOut();
    try (Cleanup cleanup = new Cleanup()) {
      Workspace workspace = cleanup.add(Workspace.create(size()));
      String payloadSha256 = workspace.fill(size());
      Origin origin = cleanup.add(startOrigin(workspace));
      Lineup lineup = new Lineup(only, workspace.folder());
      Runner runner =
          new Runner(workspace, payloadSha256, origin.uri(), spec.commandLine().getErr());

      List<Entrant> entrants = entrants(lineup);
      entrants.forEach(cleanup::add);
      List<Runner.Case> cases = new ArrayList<>();
      for (Entrant entrant : entrants) {
        List<Runner.Case> ofOne = Runner.cases(entrant, connections(), digests.choices());
        runner.warmUp(ofOne, warmup());
        cases.addAll(ofOne);
      }
      Report report = new Report(runner.measure(cases, repeat()), size());

      out.println(
          conditions(origin.description(), workspace.fileSystem(), lineup.versions(entrants)));
      out.println(report.table());
      if (pairs) {
        out.println(report.pairs());
      }
      out.flush();
      if (json != null) {
        Files.writeString(json, report.json());
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private void check() {
    if (Stream.concat(connections().stream(), Stream.of(repeat())).anyMatch(n -> n < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--connections and --repeat take numbers from 1 up");
    }
    Set<String> unknown = new TreeSet<>(only);
    unknown.removeAll(Lineup.names());
    if (!unknown.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--only knows " + Lineup.names() + ", not " + unknown);
    }
  }

  private List<Entrant> entrants(Lineup lineup) throws IOException {
    List<Entrant> entrants = new ArrayList<>(lineup.warm());
    if (cold) {
      entrants.addAll(lineup.fresh());
    }
    entrants.addAll(lineup.commands(qsde == null ? Commands.launcher() : qsde));
    return entrants;
  }

  private Origin startOrigin(Workspace workspace) throws IOException, InterruptedException {
    return server == Server.NGINX || (server == Server.AUTO && Commands.installed("nginx"))
        ? Origin.nginx(workspace.payload(), workspace.folder())
        : Origin.embedded(workspace.payload(), workspace.folder());
  }

  private String conditions(String origin, String fileSystem, String versions) throws IOException {
    return """
        %s over loopback from %s into %s. %s. %s.
        Medians of %d interleaved runs. Warm: a JVM a library, with at least %d downloads before; commands and fresh JVMs: from the start of the process to its end.
        CPU: user and system time of the client's processes alone. Peak: resident memory; every JVM of a library runs with default options.
        In parentheses: QSDE divided by the rival, with as many connections; for a command, the warm engine and then `qsde get`.
        SHA-256: QSDE and aria2c are given the digest to check; WebClient, the JDK's client and OkHttp hash what passes and compare; curl is followed by sha256sum, counted in.
        """
        .formatted(
            Size.format(size()),
            origin,
            fileSystem,
            Machine.describe(),
            versions,
            repeat(),
            warmup());
  }

  private long size() {
    return size != null ? size : quick ? Size.GIB / 8 : Size.GIB;
  }

  private List<Integer> connections() {
    return connections != null ? connections : quick ? List.of(4) : List.of(1, 4, 16);
  }

  private int repeat() {
    return repeat != null ? repeat : quick ? 2 : 5;
  }

  private int warmup() {
    return warmup != null ? warmup : quick ? 2 : 10;
  }

  private static final class SizeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return Size.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The names that {@code --only} takes, for its help. */
  private static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Lineup.names().iterator();
    }
  }
}
