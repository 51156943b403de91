package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who takes part: the libraries, and the commands that are installed. */
final class Lineup {

  /** The title of the library itself. */
  static final String QSDE = "QSDE";

  /** The title under which the {@code qsde} command is compared with other commands. */
  static final String QSDE_GET = "`qsde get`";

  private static final String CURL = "curl";
  private static final String ARIA2C = "aria2c";
  private static final String WGET2 = "wget2";
  private static final String QSDE_GET_NAME = "qsde-get";

  private static final List<String> ARIA2C_HERE =
      List.of(ARIA2C, "--no-conf", "--quiet", "--file-allocation=none");

  private static final String WGET2_LIST =
      "seq -f \"$3f%.0f\" 0 \"$4\" | wget2 -q --max-threads=\"$1\" -P \"$2\""
          + " ${5:+--ca-certificate=\"$5\"} -i -";

  private static final String HASH_WITH_SHA256SUM =
      "curl -sSf -o \"$1\" \"$2\" && printf '%s  %s\\n' \"$3\" \"$1\" | sha256sum -c --status";

  private final Set<String> only;
  private final Path logs;
  private final @Nullable Certificate trusted;
  private final @Nullable String tcnative;
  private final List<String> jvmOptions;

  /**
   * @param only the names of those who take part, empty for all
   * @param logs the folder that what they say is kept in
   */
  Lineup(Set<String> only, Path logs) {
    this(only, logs, null, null, List.of());
  }

  /**
   * @param only the names of those who take part, empty for all
   * @param logs the folder that what they say is kept in
   * @param trusted whom they are to trust, null where there is no TLS
   * @param tcnative the class path of netty-tcnative, null where it takes no part
   * @param jvmOptions for the JVM of each library
   */
  Lineup(
      Set<String> only,
      Path logs,
      @Nullable Certificate trusted,
      @Nullable String tcnative,
      List<String> jvmOptions) {
    this.only = only;
    this.logs = logs;
    this.trusted = trusted;
    this.tcnative = tcnative;
    this.jvmOptions = jvmOptions;
  }

  /** Returns whether somebody speaks HTTP/2 where a server offers it, without being told to. */
  static boolean speaksHttp2(String title) {
    return !title.equals(Library.WEBCLIENT.title()) && !title.equals(ARIA2C);
  }

  /** Returns the names of those who can do what only downloaders of files can: segments. */
  static List<String> segmented() {
    return List.of(name(Library.QSDE), QSDE_GET_NAME, ARIA2C);
  }

  /** Returns the names of those who stand for all others, each in its kind. */
  static List<String> noted() {
    return List.of(name(Library.QSDE), QSDE_GET_NAME, ARIA2C, CURL);
  }

  /** Returns every name that can be chosen. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    for (Library library : Library.values()) {
      names.add(name(library));
    }
    names.addAll(List.of(QSDE_GET_NAME, CURL, ARIA2C, WGET2));
    return names;
  }

  private static String name(Library library) {
    return library.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private boolean chosen(String name) {
    return only.isEmpty() || only.contains(name);
  }

  /** Starts a worker for each chosen library. */
  List<Entrant> warm() throws IOException {
    List<Entrant> started = new ArrayList<>();
    for (Library library : chosenLibraries()) {
      started.add(WarmJvm.start(library, worker(library), logs.resolve(name(library) + ".log")));
    }
    return started;
  }

  List<Entrant> fresh() {
    List<Entrant> entrants = new ArrayList<>();
    for (Library library : chosenLibraries()) {
      entrants.add(
          new FreshProcess(
              library.title(),
              Kind.FRESH,
              library.maxConnections(),
              true,
              logs.resolve(name(library) + "-fresh.log"),
              job -> worker(library, job.toLine())));
    }
    return entrants;
  }

  private List<String> worker(Library library, String... job) {
    String more = library == Library.QSDE_TCNATIVE && tcnative != null ? tcnative : "";
    String[] arguments =
        Stream.concat(Stream.of(library.name()), Stream.of(job)).toArray(String[]::new);
    List<String> options = new ArrayList<>(jvmOptions);
    if (trusted != null) {
      options.addAll(trusted.javaOptions());
    }
    return Commands.java(options, more, Worker.class, arguments);
  }

  private List<Library> chosenLibraries() {
    return List.of(Library.values()).stream().filter(this::takesPart).toList();
  }

  private boolean takesPart(Library library) {
    if (library == Library.QSDE_TCNATIVE) {
      return tcnative != null;
    }
    return library.isItself() ? chosen(name(library)) : only.contains(name(library));
  }

  /** Returns a command that is told in its own way whom to trust. */
  private List<String> trusting(String name, List<String> command) {
    if (trusted == null) {
      return command;
    }
    List<String> told = new ArrayList<>(command);
    switch (name) {
      case CURL -> told.addAll(0, List.of("env", "CURL_CA_BUNDLE=" + trusted.pem()));
      case ARIA2C -> told.add("--ca-certificate=" + trusted.pem());
      case WGET2 -> told.add(trusted.pem().toString());
      default -> told.addAll(List.of("--cacert", trusted.pem().toString()));
    }
    return told;
  }

  /**
   * Returns the commands that are chosen and installed.
   *
   * @param qsde the {@code qsde} launcher, null where it was not found
   */
  List<Entrant> commands(@Nullable Path qsde) {
    List<Entrant> entrants = new ArrayList<>();
    if (qsde != null && chosen(QSDE_GET_NAME)) {
      entrants.add(
          command(QSDE_GET, QSDE_GET_NAME, Integer.MAX_VALUE, true, job -> qsde(qsde, job)));
    }
    if (Commands.installed(ARIA2C) && chosen(ARIA2C)) {
      entrants.add(command(ARIA2C, ARIA2C, 16, true, Lineup::aria2));
    }
    if (Commands.installed(CURL) && chosen(CURL)) {
      boolean sha256sum = Commands.installed("sha256sum");
      entrants.add(command(CURL, CURL, 1, sha256sum, Lineup::curl));
    }
    return entrants;
  }

  /** Returns the commands, of those that are chosen and installed, that download many files. */
  List<Entrant> commandsForMany() {
    Map<String, Function<Job, List<String>>> commandLines = new LinkedHashMap<>();
    commandLines.put(ARIA2C, Lineup::aria2OfMany);
    commandLines.put(CURL, Lineup::curlOfMany);
    commandLines.put(WGET2, Lineup::wget2OfMany);
    return commandLines.entrySet().stream()
        .filter(e -> chosen(e.getKey()) && Commands.installed(e.getKey()))
        .<Entrant>map(e -> command(e.getKey(), e.getKey(), Integer.MAX_VALUE, false, e.getValue()))
        .toList();
  }

  /** Returns the versions of those who take part, other than QSDE's and the JDK's. */
  String versions(List<Entrant> entrants) throws IOException, InterruptedException {
    List<String> versions = new ArrayList<>();
    for (Library library : chosenLibraries()) {
      versions.add(library.version());
    }
    for (Entrant entrant : entrants) {
      String command = entrant.title();
      if (List.of(ARIA2C, CURL, WGET2).contains(command)) {
        versions.add(command + " " + Commands.version(command, "--version"));
      }
    }
    versions.removeIf(String::isEmpty);
    return String.join(", ", versions);
  }

  private Entrant command(
      String title,
      String name,
      int maxConnections,
      boolean checksSha256,
      Function<Job, List<String>> commandLine) {
    return new FreshProcess(
        title,
        Kind.COMMAND,
        maxConnections,
        checksSha256,
        logs.resolve(name + ".log"),
        job -> trusting(name, commandLine.apply(job)));
  }

  static List<String> qsde(Path launcher, Job job) {
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(List.of("get", "--quiet", "--ui", "off"));
    if (job.connections() != Limits.AUTO) {
      command.addAll(List.of("--connections", Integer.toString(job.connections())));
    }
    if (job.sha256() != null) {
      command.addAll(List.of("--checksum", "sha256:" + job.sha256()));
    }
    command.addAll(List.of("--output", job.target().toString(), job.uri().toString()));
    return command;
  }

  /**
   * No preallocation, the quickest that aria2 can do here, and pieces small enough for any size.
   */
  static List<String> aria2(Job job) {
    String connections = Integer.toString(job.connections());
    List<String> command = new ArrayList<>(ARIA2C_HERE);
    command.addAll(List.of("--min-split-size=1M", "-x", connections, "-s", connections));
    if (job.sha256() != null) {
      command.add("--checksum=sha-256=" + job.sha256());
    }
    Path folder = job.target().toAbsolutePath().getParent();
    command.addAll(List.of("-d", String.valueOf(folder)));
    command.addAll(List.of("-o", String.valueOf(job.target().getFileName())));
    command.add(job.uri().toString());
    return command;
  }

  /** curl has no checksum of its own: {@code sha256sum} comes after it, and counts. */
  static List<String> curl(Job job) {
    String target = job.target().toString();
    String uri = job.uri().toString();
    return job.sha256() == null
        ? List.of(CURL, "-sSf", "-o", target, uri)
        : List.of("bash", "-c", HASH_WITH_SHA256SUM, "bash", target, uri, job.sha256());
  }

  /** aria2 makes the names itself, and one download of each. */
  static List<String> aria2OfMany(Job folder) {
    List<String> command = new ArrayList<>(ARIA2C_HERE);
    command.addAll(List.of("-j", Integer.toString(folder.connections())));
    command.addAll(List.of("--parameterized-uri=true", "--force-sequential=true"));
    command.addAll(List.of("-d", folder.target().toString(), numbered(folder)));
    return command;
  }

  /** curl makes the names itself. */
  static List<String> curlOfMany(Job folder) {
    List<String> command = new ArrayList<>(List.of(CURL, "-sSf", "--parallel"));
    command.addAll(List.of("--parallel-max", Integer.toString(folder.connections())));
    command.addAll(List.of("-o", folder.target().resolve("f#1").toString(), numbered(folder)));
    return command;
  }

  static List<String> wget2OfMany(Job folder) {
    return List.of(
        "bash",
        "-c",
        WGET2_LIST,
        "bash",
        Integer.toString(folder.connections()),
        folder.target().toString(),
        folder.uri().toString(),
        Integer.toString(folder.files() - 1));
  }

  private static String numbered(Job folder) {
    return folder.uri() + "f[0-" + (folder.files() - 1) + "]";
  }
}
