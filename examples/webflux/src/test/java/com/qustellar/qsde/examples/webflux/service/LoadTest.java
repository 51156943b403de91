package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.COMPLETED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Two hundred clients watch fifty downloads, and one of them reads nothing: {@code
 * -Dqsde.load=true} runs it, for a minute, and prints the figures.
 */
@EnabledIfSystemProperty(named = "qsde.load", matches = "true")
@Timeout(300)
class LoadTest extends TestService {

  private static final int DOWNLOADS = 50;
  private static final int WATCHERS = 200;
  private static final int SPEED = 1 << 20;
  private static final int SECONDS = 20;

  private record Ran(double seconds, long heap, long direct) {}

  private final LongAdder read = new LongAdder();

  @Test
  void watchersDoNotSlowDownloads(@TempDir Path directory) throws Exception {
    Body body = Body.random(1, (long) SECONDS * SPEED);
    origin.serve("/file", Resource.of(body).withoutRanges());
    origin.on("/file").answer(reply -> reply.pacedAt(SPEED));
    String[] more = {
      "--qsde.network.addresses=any",
      "--qsde.limits.max-concurrent-downloads=" + DOWNLOADS,
      "--qsde.limits.connections-per-host=" + DOWNLOADS,
      "--service.max-downloads=1000",
      "--service.progress-interval=250ms"
    };
    try (ConfigurableApplicationContext context = start(directory, more)) {
      int port = port(context);
      run(port); // warm
      Ran alone = run(port);
      List<Socket> watchers = new ArrayList<>();
      for (int i = 0; i < WATCHERS; i++) {
        watchers.add(watch(port, i > 0));
      }
      Ran watched = run(port);
      System.out.printf(
          "%d downloads of %d MiB at 1 MiB/s: %.2f s alone, %.2f s with %d watchers (%+.1f %%)%n",
          DOWNLOADS,
          SECONDS,
          alone.seconds(),
          watched.seconds(),
          WATCHERS,
          100 * (watched.seconds() / alone.seconds() - 1));
      System.out.printf(
          "after a collection: heap %d to %d MiB, direct %d to %d MiB; the watchers read %d MiB%n",
          alone.heap() >> 20,
          watched.heap() >> 20,
          alone.direct() >> 20,
          watched.direct() >> 20,
          read.sum() >> 20);
      for (Socket watcher : watchers) {
        watcher.close();
      }
      assertThat(watched.seconds()).isLessThan(alone.seconds() * 1.05);
      assertThat(watched.heap()).isLessThan(alone.heap() + (32 << 20));
      assertThat(watched.direct()).isLessThan(alone.direct() + (64 << 20));
    }
  }

  /** Downloads everything, and looks at the memory shortly before the end. */
  private Ran run(int port) {
    long begun = System.nanoTime();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < DOWNLOADS; i++) {
      ids.add(add(port, Map.of("url", origin.uri("/file").toString())));
    }
    LockSupport.parkNanos(Duration.ofSeconds(SECONDS - 4).toNanos());
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    while (!ids.stream().allMatch(id -> view(port, id).state() == COMPLETED)) {
      LockSupport.parkNanos(50_000_000);
    }
    return new Ran((System.nanoTime() - begun) / 1e9, heap, direct);
  }

  private Socket watch(int port, boolean reads) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    String head = "GET /progress HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(UTF_8));
    if (reads) {
      Thread thread = new Thread(() -> drain(socket), "watcher");
      thread.setDaemon(true);
      thread.start();
    }
    return socket;
  }

  private void drain(Socket socket) {
    byte[] buffer = new byte[8192];
    try (InputStream in = socket.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        read.add(n);
      }
    } catch (IOException e) {
      // Closed at the end.
    }
  }
}
