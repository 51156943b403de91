package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The command, killed at any instant and run again: the right bytes, and few of them twice. */
class KillTest {

  /** The system properties that make it a torture: how often, and how large a file. */
  private static final int RUNS = Integer.getInteger("qsde.torture.kills", 8);

  private static final int SIZE = Integer.getInteger("qsde.torture.mib", 16) << 20;
  private static final long FIRST = Long.getLong("qsde.torture.seed", 1);
  private static final int AT_A_TIME = 4;
  private static final int CONNECTIONS = 4;
  private static final int BYTES_PER_SECOND = 8 << 20;
  private static final int PIECE = 64 << 10;
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  @TempDir Path dir;
  private final byte[] body = new byte[SIZE];
  private Path original;

  @BeforeEach
  void prepare() throws IOException {
    new Random(0).nextBytes(body);
    original = Files.write(dir.resolve("original"), body);
  }

  @Test
  void aKilledDownloadIsGoneOnWith() throws IOException {
    List<Double> sent;
    long begun = System.nanoTime();
    try (TestOrigin origin = new TestOrigin()) {
      sent =
          Flux.range(0, RUNS)
              .flatMap(
                  run ->
                      Mono.fromCallable(() -> killAndGoOn(origin, FIRST + run))
                          .subscribeOn(Schedulers.boundedElastic()),
                  AT_A_TIME)
              .sort()
              .collectList()
              .block();
    }
    double median = (sent.get((RUNS - 1) / 2) + sent.get(RUNS / 2)) / 2;
    String figures =
        ("KillTest: %d runs of %d MiB in %.1f s: "
                + "the origin sent %.3f of the size in the median, %.3f at most%n")
            .formatted(
                RUNS, SIZE >> 20, (System.nanoTime() - begun) / 1e9, median, sent.get(RUNS - 1));
    Files.writeString(
        Files.createDirectories(Path.of("target", "torture")).resolve("KillTest"), figures);
    // A second of bytes is lost with the journal's last, which of a smaller file is a larger part.
    assertThat(median).as(figures).isLessThan(1 + 0.15 * (64 << 20) / SIZE);
  }

  /** Returns how much of the file the origin has sent, in both runs. */
  private double killAndGoOn(TestOrigin origin, long seed)
      throws IOException, InterruptedException {
    Random random = new Random(seed);
    AtomicLong sent = new AtomicLong();
    String url = origin.on("/" + seed, exchange -> send(exchange, body, sent));
    Path target = dir.resolve("file-" + seed);
    String[] args = {"get", "-q", "-x", "" + CONNECTIONS, "-o", target.toString(), url};

    Process first = SignalTest.start(args);
    // Most instants lie in the transfer, a few before the first byte.
    if (random.nextInt(10) > 0) {
      while (sent.get() == 0 && first.isAlive()) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    int transfer = (int) (1_000L * SIZE / BYTES_PER_SECOND);
    if (!first.waitFor(random.nextInt(transfer), TimeUnit.MILLISECONDS)) {
      first.destroyForcibly();
    }
    first.waitFor();
    if (!Files.exists(target)) {
      Process second = SignalTest.start(args);
      assertThat(second.waitFor(120, TimeUnit.SECONDS)).as("whether seed %d ends", seed).isTrue();
      assertThat(second.exitValue()).as("of seed %d", seed).isZero();
      assertThat(dir.resolve("file-" + seed + ".qsde-part")).doesNotExist();
      assertThat(dir.resolve("file-" + seed + ".qsde-journal")).doesNotExist();
    }
    assertThat(Files.mismatch(target, original)).as("seed %d", seed).isEqualTo(-1);
    Files.delete(target);
    return (double) sent.get() / SIZE;
  }

  /** Sends a range at a connection's share of the speed, and counts what the socket has taken. */
  private static void send(HttpExchange exchange, byte[] file, AtomicLong sent) throws IOException {
    Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
    assertThat(range.matches()).isTrue();
    int from = Integer.parseInt(range.group(1));
    int to = Math.min(SIZE, Integer.parseInt(range.group(2)) + 1);
    exchange.getResponseHeaders().set("ETag", "\"1\"");
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + SIZE);
    exchange.sendResponseHeaders(206, to - from);
    long begun = System.nanoTime();
    for (int at = from; at < to; at += PIECE) {
      int length = Math.min(PIECE, to - at);
      exchange.getResponseBody().write(file, at, length);
      sent.addAndGet(length);
      long due = begun + (at + length - from) * 1_000_000_000L / (BYTES_PER_SECOND / CONNECTIONS);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
  }
}
