package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.Limits;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The benchmark: everybody downloads the same from the same origin, in turn. */
@Command(
    name = "qsde bench",
    sortOptions = false,
    description = {
      "Downloads one file over loopback with QSDE and its rivals in turn, and prints a table.",
      "Rivals that are commands take part where they are installed.",
      "--files, --throttle, --slow-one, --from and --queued each measure something else instead."
    })
final class Benchmark implements Callable<Integer> {

  private static final int FILES_AT_ONCE = 16;
  private static final int SLOW_ONE_AMONG = 8;
  private static final long THROTTLE = 8L << 20;
  private static final List<Integer> ONE_TO_SIXTEEN = List.of(1, 2, 4, 8, 16, Limits.AUTO);

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
      names = "--files",
      paramLabel = "NxSIZE",
      converter = OptionTypes.Files.class,
      description = "N files of a size, 16 at once, over loopback from nginx; such as 5000x16K.")
  private OptionTypes.@Nullable Folder files;

  @Option(
      names = "--tls",
      description = "The one file, or --files, over TLS and HTTP/1.1, from nginx.")
  private boolean tls;

  @Option(
      names = "--http2",
      description = "--files over TLS, with HTTP/1.1 and with HTTP/2, for those that speak it.")
  private boolean http2;

  @Option(
      names = "--tcnative",
      paramLabel = "JARS",
      description = {
        "With --tls or --http2: QSDE with netty-tcnative as well, whose jars these are, with the",
        "class path's separator between."
      })
  private @Nullable String tcnative;

  @Option(
      names = "--jvm-option",
      paramLabel = "OPTION",
      description = {
        "For the JVM of each library, or of the queue, such as --jvm-option=-XX:+UseZGC; may be given again.",
        "Default: none."
      })
  private List<String> jvmOptions = List.of();

  @Option(
      names = "--throttle",
      paramLabel = "SIZE",
      converter = OptionTypes.Bytes.class,
      description = "An origin that gives each connection SIZE bytes a second; such as 8M.")
  private @Nullable Long throttle;

  @Option(
      names = "--slow-one",
      description = {
        "As --throttle, over 8 connections, with and without a slow one: it is given a hundredth.",
        "Default of --throttle here: 8M."
      })
  private boolean slowOne;

  @Option(
      names = "--from",
      paramLabel = "URL",
      description = "A file that another server has, over whatever lies between.")
  private @Nullable URI from;

  @Option(
      names = "--queued",
      paramLabel = "N",
      description =
          "QSDE alone, with a heap of 96 MiB: what each of N queued downloads takes of it, and"
              + " whether 1,000 can be under way at once.")
  private @Nullable Integer queued;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = OptionTypes.Bytes.class,
      description =
          "The file's size, with K, M or G as powers of 1024. Default: 1G; 512M with --throttle,"
              + " 256M with --slow-one.")
  private @Nullable Long size;

  @Option(
      names = "--connections",
      paramLabel = "N|auto",
      split = ",",
      converter = OptionTypes.Connections.class,
      description = {
        "Over how many connections, for those that can; with auto, QSDE decides.",
        "Default: 1,4,16; with --throttle and --from 1,2,4,8,16,auto, for QSDE alone; with"
            + " --slow-one 8."
      })
  private @Nullable List<Integer> connections;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "How many of --files at once. Default: 16.")
  private int atOnce = FILES_AT_ONCE;

  @Option(
      names = "--sha256",
      paramLabel = "on|off|both",
      description = "Whether a SHA-256 is checked, of one file over loopback. Default: both.")
  private Digests digests = Digests.BOTH;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Rounds that are measured; the table shows medians. Default: 5.")
  private @Nullable Integer repeat;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description =
          "Downloads of each warm JVM before the first round. Default: 20; 40 with --tls; 1 where"
              + " the origin or the network is slow.")
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
      description = "Who serves the one file. Default: nginx where it is installed.")
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
    try (Cleanup cleanup = new Cleanup()) {
      if (queued != null) {
        Workspace workspace = cleanup.add(Workspace.create(Queued.bytes(queued)));
        Queued.measure(queued, workspace, jvmOptions, cleanup).print(spec.commandLine().getOut());
      } else {
        compare(scenario(), cleanup);
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private void compare(Scenario scenario, Cleanup cleanup)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Workspace workspace = cleanup.add(Workspace.create(scenario.bytes()));
    Scenario.Served served = scenario.serve(workspace, cleanup);
    Lineup lineup =
        new Lineup(
            only.isEmpty() ? scenario.participants() : only,
            workspace.folder(),
            served.certificate(),
            tcnative,
            jvmOptions);
    Runner runner = new Runner(workspace, spec.commandLine().getErr());

    List<Entrant> entrants = entrants(scenario, lineup);
    entrants.forEach(cleanup::add);
    List<Runner.Case> cases = new ArrayList<>();
    for (Entrant entrant : entrants) {
      List<Runner.Case> ofOne =
          served.payloads().stream()
              .flatMap(payload -> scenario.cases(entrant, payload).stream())
              .toList();
      runner.warmUp(ofOne, warmup(scenario));
      cases.addAll(ofOne);
    }
    Report report = scenario.report(runner.measure(cases, repeat()));

    out.println(conditions(scenario, served, workspace, lineup.versions(entrants)));
    out.println(report.table());
    if (pairs) {
      out.println(report.pairs());
    }
    out.flush();
    if (json != null) {
      Files.writeString(json, report.json());
    }
  }

  private void check() {
    Stream<Boolean> chosen =
        Stream.of(files != null, throttle != null || slowOne, from != null, queued != null);
    if (chosen.filter(asked -> asked).count() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--files, --from, --queued and --throttle or --slow-one exclude each other");
    }
    if (repeat() < 1 || atOnce < 1 || (queued != null && queued < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--repeat, --at-once and --queued take numbers from 1 up");
    }
    boolean other = throttle != null || slowOne || from != null || queued != null;
    if ((tls && (other || server == Server.EMBEDDED)) || (http2 && files == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--tls goes with one file or --files from nginx, and --http2 with --files");
    }
    if (tcnative != null && !tls && !http2) {
      throw new ParameterException(spec.commandLine(), "--tcnative goes with --tls or --http2");
    }
    Set<String> unknown = new TreeSet<>(only);
    unknown.removeAll(Lineup.names());
    if (!unknown.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--only knows " + Lineup.names() + ", not " + unknown);
    }
  }

  private Scenario scenario() throws IOException, InterruptedException {
    if (files != null) {
      return new ManyFiles(files.count(), files.size(), atOnce, protocols());
    }
    if (from != null) {
      return Elsewhere.of(from, connections(ONE_TO_SIXTEEN));
    }
    long rate = throttle == null ? THROTTLE : throttle;
    if (slowOne) {
      return new SlowOne(size(Size.GIB / 4), connections(List.of(SLOW_ONE_AMONG)), rate);
    }
    if (throttle != null) {
      return new Throttled(size(Size.GIB / 2), connections(ONE_TO_SIXTEEN), rate);
    }
    boolean nginx =
        server == Server.NGINX || (server == Server.AUTO && Commands.installed("nginx"));
    return new OneFile(
        size(Size.GIB), connections(List.of(1, 4, 16)), digests.choices(), nginx, tls);
  }

  private List<Origin.Protocol> protocols() {
    if (http2) {
      return List.of(Origin.Protocol.HTTPS, Origin.Protocol.HTTP2);
    }
    return List.of(tls ? Origin.Protocol.HTTPS : Origin.Protocol.HTTP);
  }

  private List<Entrant> entrants(Scenario scenario, Lineup lineup) throws IOException {
    List<Entrant> entrants = new ArrayList<>(lineup.warm());
    if (cold) {
      entrants.addAll(lineup.fresh());
    }
    entrants.addAll(scenario.commands(lineup, qsde == null ? Commands.launcher() : qsde));
    return entrants;
  }

  private String conditions(
      Scenario scenario, Scenario.Served served, Workspace workspace, String versions)
      throws IOException {
    return """
        %s into %s. %s. %s.
        Medians of %d interleaved runs. Warm: a JVM a library, with at least %d downloads before; commands and fresh JVMs: from the start of the process to its end.
        CPU: user and system time of the client's processes alone. Peak: resident memory; every JVM of a library runs with %s.
        In parentheses: QSDE divided by the rival, with as many connections; for a command, the warm engine and then `qsde get`.
        %s"""
        .formatted(
            served.description(),
            workspace.fileSystem(),
            Machine.describe(),
            versions,
            repeat(),
            warmup(scenario),
            jvmOptions.isEmpty() ? "default options" : String.join(" ", jvmOptions),
            scenario.remark());
  }

  private long size(long otherwise) {
    return size != null ? size : quick ? Size.GIB / 8 : otherwise;
  }

  private List<Integer> connections(List<Integer> otherwise) {
    return connections != null ? connections : quick ? List.of(4) : otherwise;
  }

  private int repeat() {
    return repeat != null ? repeat : quick ? 2 : 5;
  }

  private int warmup(Scenario scenario) {
    return warmup != null ? warmup : quick ? 2 : scenario.warmup();
  }

  /** The names that {@code --only} takes, for its help. */
  private static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Lineup.names().iterator();
    }
  }
}
