package com.qustellar.qsde.examples.cluster.demo;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Queue;
import com.qustellar.qsde.examples.cluster.queue.Sender;
import com.qustellar.qsde.examples.cluster.queue.Topics;
import com.qustellar.qsde.examples.cluster.status.QueueWatch;
import com.qustellar.qsde.examples.cluster.target.Digests;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.internal.progress.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import reactor.core.publisher.Flux;

/** Shows a cluster at work on one machine, one worker of which is killed: no network is needed. */
@Command(
    name = "demo",
    description = "Shows a cluster of processes at work in half a minute, without any network.")
public final class DemoCommand implements Callable<Integer> {

  private static final int FILES = 300;
  private static final int KIB = 1024;
  private static final int SMALL = 256 * KIB;
  private static final int LARGE = 8 * KIB * KIB;

  /** Every so many files there is a large one, which a worker has not done with when it dies. */
  private static final int LARGE_EVERY = 10;

  private static final String RATE = "16777216"; // so that it lasts long enough to be seen
  private static final Duration LOCK = Duration.ofSeconds(3);
  private static final Duration LINE = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(3);

  @Spec CommandSpec spec = CommandSpec.create();

  private final List<WorkerProcess> workers = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Path dir = Files.createTempDirectory("qsde-cluster");
    Thread hook = new Thread(() -> endAtOnce(dir), "qsde-signal");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return show(dir);
    } finally {
      workers.forEach(WorkerProcess::close);
      delete(dir);
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  /** On a signal: nothing of it may stay. */
  private void endAtOnce(Path dir) {
    List.copyOf(workers).forEach(WorkerProcess::kill);
    try {
      delete(dir);
    } catch (IOException e) {
      return; // the broker was writing still
    }
  }

  private int show(Path dir) throws Exception {
    say("An origin on loopback serves 300 files; a broker on loopback holds the queue.");
    Path targets = Files.createDirectories(dir.resolve("files"));
    try (DemoOrigin origin = new DemoOrigin();
        Broker broker = new Broker(dir.resolve("broker"), settings())) {
      Map<String, Object> clients =
          Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.address());
      Topics topics = new Topics("demo");
      Contact contact = new Contact(broker.address(), this::say);
      new Queue(clients, topics, contact).open(() -> false);
      Map<DemoFile, Checksum> files = files();
      for (int i = 1; i <= 3; i++) {
        startWorker(broker, targets);
      }
      submit(clients, topics, origin, files);
      Tally tally = new Tally();
      try (QueueWatch watch = new QueueWatch(clients, topics, contact, tally::add)) {
        run(broker, targets, watch, tally);
        workers.forEach(WorkerProcess::close);
        watch.next(Duration.ofSeconds(1));
        return judge(origin, targets, files, tally);
      }
    }
  }

  private static Map<String, String> settings() {
    return Map.of(
        "group.share.min.record.lock.duration.ms", String.valueOf(LOCK.toMillis()),
        "group.share.record.lock.duration.ms", String.valueOf(LOCK.toMillis()));
  }

  private static Map<DemoFile, Checksum> files() {
    Map<DemoFile, Checksum> files = new LinkedHashMap<>();
    IntStream.range(0, FILES)
        .mapToObj(
            i ->
                DemoFile.of(
                    "file-%03d.bin".formatted(i), (i % LARGE_EVERY == 0 ? LARGE : SMALL) + i))
        .toList()
        .parallelStream()
        .map(file -> Map.entry(file, file.sha256()))
        .collect(Collectors.toList())
        .forEach(entry -> files.put(entry.getKey(), entry.getValue()));
    return files;
  }

  private static void submit(
      Map<String, Object> clients,
      Topics topics,
      DemoOrigin origin,
      Map<DemoFile, Checksum> files) {
    try (Sender sender = new Sender(clients)) {
      Flux.fromIterable(files.entrySet())
          .map(
              file ->
                  Job.of(file.getKey().name(), origin.serve(file.getKey()), file.getKey().name())
                      .withChecksum(file.getValue()))
          .flatMap(job -> sender.send(topics.jobs(), null, Codec.write(job), Map.of()))
          .blockLast();
    }
  }

  private void startWorker(Broker broker, Path targets) throws IOException {
    String name = "worker-" + (workers.size() + 1);
    workers.add(
        WorkerProcess.start(
            name,
            List.of(
                "--brokers",
                broker.address(),
                "--queue",
                "demo",
                "--dir",
                targets.toString(),
                "--limit-rate",
                RATE)));
  }

  /** Kills the worker that is busiest when a third is done, and adds another. */
  private void run(Broker broker, Path targets, QueueWatch watch, Tally tally) throws IOException {
    long begun = System.nanoTime();
    long told = begun;
    boolean killed = false;
    while (tally.whole() < FILES && System.nanoTime() - begun < LONGEST.toNanos()) {
      watch.next(Duration.ofMillis(200));
      if (!killed && tally.whole() >= FILES / 3) {
        killed = true;
        WorkerProcess victim =
            Collections.max(
                workers,
                Comparator.comparing(worker -> tally.byWorker().getOrDefault(worker.name(), 0)));
        victim.kill();
        say(victim.name() + " is killed with kill -9 while it downloads; worker-4 joins");
        startWorker(broker, targets);
      }
      if (tally.whole() > 0 && System.nanoTime() - told > LINE.toNanos()) {
        told = System.nanoTime();
        say(
            "  %3d of %d files, %s  %s"
                .formatted(tally.whole(), FILES, Figures.size(tally.bytes()), tally.byWorker()));
      }
    }
  }

  private int judge(DemoOrigin origin, Path targets, Map<DemoFile, Checksum> files, Tally tally)
      throws IOException {
    int wrong = 0;
    int lost = 0;
    long total = 0;
    for (Map.Entry<DemoFile, Checksum> file : files.entrySet()) {
      total += file.getKey().size();
      try {
        wrong +=
            file.getValue()
                    .equals(Digests.of(targets.resolve(file.getKey().name()), HashAlgorithm.SHA256))
                ? 0
                : 1;
      } catch (NoSuchFileException e) {
        lost++;
      }
    }
    long more;
    try (Stream<Path> there = Files.list(targets)) {
      more = there.count() - (FILES - lost);
    }
    say(
        "%d files, %s: %d lost, %d wrong, %d left over. By worker: %s."
            .formatted(FILES, Figures.size(total), lost, wrong, more, tally.byWorker()));
    long twice = origin.bytesSent() - total;
    say(
        "Fetched twice: %s (%.1f %%). Released: %d, already there: %d, rejected: %d."
            .formatted(
                Figures.size(twice),
                100.0 * twice / total,
                tally.count(Outcome.RELEASED),
                tally.count(Outcome.ALREADY_THERE),
                tally.count(Outcome.REJECTED)));
    boolean right =
        lost + wrong + more == 0 && tally.whole() == FILES && tally.count(Outcome.REJECTED) == 0;
    if (!right) {
      spec.commandLine().getErr().println("qsde: not every file is there and told of once");
    }
    return right ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
