package com.qustellar.qsde.examples.cluster.worker;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.queue.KafkaOptions;
import com.qustellar.qsde.examples.cluster.queue.Sizes;
import com.qustellar.qsde.examples.cluster.s3.ObjectTarget;
import com.qustellar.qsde.examples.cluster.s3.S3Options;
import com.qustellar.qsde.examples.cluster.target.DirectoryTarget;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.examples.cluster.target.Targets;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Runs a worker until the process is told to end. */
@Command(
    name = "worker",
    description = "Takes requests from the queue and downloads them, until it is told to end.")
public final class WorkerCommand implements Callable<Integer> {

  private static final Duration ABORTS = Duration.ofSeconds(30);
  private static final long LONGEST_GRACE = Duration.ofDays(1).toSeconds();

  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Mixin S3Options objects = new S3Options();

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "The directory that workers share: targets are paths below it.")
  @Nullable Path directory;

  @Option(
      names = {"-j", "--parallel"},
      paramLabel = "N",
      defaultValue = "8",
      description = "Downloads at a time (default: ${DEFAULT-VALUE}).")
  int parallel;

  @Option(
      names = "--members",
      paramLabel = "N",
      description =
          "Consumers in the share group, as many as downloads if not given; each takes its share of"
              + " them, and no others before all of those have ended.")
  int members;

  @Option(
      names = {"-x", "--connections"},
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Connections a download; 0 leaves it to the engine (default: ${DEFAULT-VALUE}).")
  int connections;

  @Option(
      names = "--limit-rate",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "Bytes a second of this worker, as in 20M.")
  @Nullable Long rate;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What results call it: host and process if not given.")
  @Nullable String name;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "How long downloads may go on once it is told to end (default: ${DEFAULT-VALUE}); those that"
              + " remain are released, and go on elsewhere where they were.")
  long grace;

  @Option(names = "--until-stdin-ends", hidden = true, description = "Die with who started it.")
  boolean untilStdinEnds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (parallel < 1 || members < 0 || members > parallel) {
      throw new ParameterException(
          spec.commandLine(), "--parallel is 1 at least, and --members not more than that");
    }
    if (grace < 0 || grace > LONGEST_GRACE) {
      throw new ParameterException(spec.commandLine(), "--grace is 0 at least, and a day at most");
    }
    if (untilStdinEnds) {
      dieWithStdin();
    }
    int consumers = members == 0 ? parallel : members;
    Settings settings =
        new Settings(
            name == null ? ownName() : name,
            kafka.clients(),
            kafka.brokers(),
            kafka.topics(),
            consumers,
            (parallel + consumers - 1) / consumers,
            Duration.ofSeconds(grace));
    PrintWriter err = spec.commandLine().getErr();
    try (DownloadEngine engine = DownloadEngine.builder().limits(limits()).build()) {
      Optional<ObjectTarget> store = objects(engine);
      List<TargetStore> places = new ArrayList<>();
      if (directory != null) {
        places.add(open(directory, engine));
      }
      store.ifPresent(places::add);
      if (places.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "where targets go is missing: give --dir, --allow or both");
      }
      Worker worker =
          new Worker(
              settings,
              engine,
              new Targets(places),
              line -> {
                err.println("qsde: " + line);
                err.flush();
              });
      boolean ended = guarded(worker, store);
      return ended ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private static DirectoryTarget open(Path directory, DownloadEngine engine) throws IOException {
    try {
      return DirectoryTarget.open(directory, engine);
    } catch (FileSystemException e) {
      throw new IOException("--dir can't be used: " + e, e);
    }
  }

  private Limits limits() {
    try {
      Limits limits =
          Limits.defaults()
              .withMaxConcurrentDownloads(parallel)
              .withConnectionsPerDownload(connections);
      return rate == null ? limits : limits.withBytesPerSecond(rate);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private Optional<ObjectTarget> objects(DownloadEngine engine) {
    try {
      return objects.target(engine);
    } catch (IllegalArgumentException | SdkClientException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private boolean guarded(Worker worker, Optional<ObjectTarget> store) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              worker.stop();
              await(ended);
            },
            "qsde-signal");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return worker.run();
    } finally {
      store.ifPresent(objects -> objects.closeLater().timeout(ABORTS).onErrorComplete().block());
      ended.countDown();
    }
  }

  @SuppressWarnings("ResultOfMethodCallIgnored") // after that long the process ends all the same
  private void await(CountDownLatch ended) {
    try {
      ended.await(grace + 60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Of a process that was killed nothing comes any more, not even an end that waits for anything.
   */
  private static void dieWithStdin() {
    Thread watching =
        new Thread(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // That is an end as well.
              }
              Runtime.getRuntime().halt(ExitCode.SOFTWARE);
            },
            "qsde-stdin");
    watching.setDaemon(true);
    watching.start();
  }

  private static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName() + "-" + ProcessHandle.current().pid();
    } catch (UnknownHostException e) {
      return "worker-" + ProcessHandle.current().pid();
    }
  }
}
