package com.qustellar.qsde.reactor.testing;

import static com.qustellar.qsde.reactor.testing.LeakSamples.failures;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.LeakSamples.Act;
import com.qustellar.qsde.reactor.testing.LeakSamples.ActsBeforeAll;
import com.qustellar.qsde.reactor.testing.LeakSamples.KeepingSample;
import com.qustellar.qsde.reactor.testing.LeakSamples.Sample;
import com.qustellar.qsde.reactor.testing.LeakSamples.SharedSample;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Runs classes that leak, and others that do not, and looks at what becomes of them. */
class LeakExtensionTest {

  /** How to clear away what a sample has left. */
  private static final List<AutoCloseable> LEFT = new ArrayList<>();

  @AfterEach
  void clear() throws Exception {
    for (AutoCloseable left : LEFT) {
      left.close();
    }
    LEFT.clear();
  }

  @Test
  void whatIsCleanPasses() {
    assertThat(
            failures(
                Sample.class,
                directory -> {
                  ByteBufAllocator.DEFAULT.buffer(10).release();
                  new ServerSocket(0).close();
                  Files.writeString(directory.resolve("target"), "whole");
                  Files.delete(Files.writeString(directory.resolve("target.qsde-part"), "part"));
                  Thread thread = new Thread(() -> {}, "qsde-short");
                  thread.start();
                  AtomicLong permits = new AtomicLong(1);
                  LeakChecks.register("permits", permits::get);
                  permits.decrementAndGet();
                },
                30_000))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"adaptive or pooled", "pooled", "unpooled", "heap", "composite", "slice"})
  void aBufferFails(String kind) {
    assertThat(
            failures(
                Sample.class,
                directory -> {
                  ByteBuf buffer = buffer(kind);
                  LEFT.add(buffer::release);
                }))
        .singleElement()
        .asString()
        .startsWith("acts: leaked:\na buffer was not released")
        .contains("Created at:", "LeakExtensionTest.buffer");
  }

  private static ByteBuf buffer(String kind) {
    return switch (kind) {
      case "adaptive or pooled" -> ByteBufAllocator.DEFAULT.directBuffer(10);
      case "pooled" -> PooledByteBufAllocator.DEFAULT.directBuffer(10);
      case "unpooled" -> UnpooledByteBufAllocator.DEFAULT.directBuffer(10);
      case "heap" -> ByteBufAllocator.DEFAULT.heapBuffer(10);
      case "composite" -> ByteBufAllocator.DEFAULT.compositeBuffer();
      case "slice" -> ByteBufAllocator.DEFAULT.buffer(10).writeZero(10).readRetainedSlice(5);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  @Test
  void aBufferFailsThatNobodyCanReachAnyMore() {
    assertThat(
            failures(
                Sample.class,
                directory -> {
                  Unpooled.directBuffer(10).writeByte(1);
                  System.gc();
                  Unpooled.directBuffer(10).release();
                }))
        .singleElement()
        .asString()
        .contains("a buffer was not released");
  }

  @Test
  void aBufferThatIsAConstantPasses() {
    assertThat(
            failures(Sample.class, directory -> assertThat(Constant.BYTES.isReadable()).isTrue()))
        .isEmpty();
  }

  private static final class Constant {
    static final ByteBuf BYTES = Unpooled.unreleasableBuffer(Unpooled.directBuffer(1).writeByte(1));
  }

  @Test
  void anOpenFileFails() {
    assertThat(
            failures(
                Sample.class,
                directory ->
                    LEFT.add(
                        AsynchronousFileChannel.open(
                            directory.resolve("open"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE))))
        .singleElement()
        .asString()
        .startsWith("acts: leaked:\na descriptor is still open: ")
        .endsWith("/open");
  }

  @Test
  void anOpenSocketFails() {
    assertThat(failures(Sample.class, directory -> LEFT.add(new ServerSocket(0))))
        .singleElement()
        .asString()
        .contains("a descriptor is still open: ", "socket:[");
  }

  @ParameterizedTest
  @CsvSource({"qsde-writer-1, true", "origin-1, true", "other, false"})
  void aThreadFailsThatIsOursOrNoDaemon(String name, boolean daemon) {
    assertThat(failures(Sample.class, directory -> startThread(name, daemon)))
        .singleElement()
        .asString()
        .startsWith("acts: leaked:\na thread is still alive: " + name + "\n    at ");
  }

  @Test
  void anothersDaemonPasses() {
    assertThat(failures(Sample.class, directory -> startThread("parallel-1", true))).isEmpty();
  }

  private static void startThread(String name, boolean daemon) {
    CountDownLatch latch = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                latch.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(daemon);
    thread.start();
    LEFT.add(
        () -> {
          latch.countDown();
          thread.join();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"file.qsde-part", "file.qsde-journal"})
  void aPartFileFailsUnlessItIsKeptOnPurpose(String name) {
    Act leaves =
        directory ->
            Files.writeString(Files.createDirectory(directory.resolve("a")).resolve(name), "");

    assertThat(failures(Sample.class, leaves))
        .singleElement()
        .asString()
        .startsWith("acts: leaked:\na file was left: ")
        .endsWith("/a/" + name);
    assertThat(failures(SharedSample.class, leaves)).hasSize(1);
    assertThat(failures(KeepingSample.class, leaves)).isEmpty();
  }

  @Test
  void aPartFileFailsInADirectoryThatIsWatched(@TempDir Path elsewhere) {
    assertThat(
            failures(
                Sample.class,
                directory -> {
                  LeakChecks.watch(elsewhere);
                  Path part = Files.writeString(elsewhere.resolve("file.qsde-part"), "");
                  LEFT.add(() -> Files.delete(part));
                }))
        .singleElement()
        .asString()
        .contains("a file was left: ");
  }

  @Test
  void whatIsRegisteredFailsIfItIsNotZero() {
    assertThat(failures(Sample.class, directory -> LeakChecks.register("permits", () -> 3)))
        .containsExactly("acts: leaked:\npermits is 3");
  }

  @Test
  void aRefusedCallFailsWhoseErrorWasSwallowed() {
    LEFT.add(BlockingProbe::drain);
    assertThat(
            failures(
                Sample.class,
                directory ->
                    Mono.fromCallable(() -> Files.createFile(directory.resolve("file")))
                        .subscribeOn(Schedulers.parallel())
                        .onErrorComplete()
                        .block()))
        .singleElement()
        .asString()
        .startsWith("acts: leaked:\na thread that must not block did: Blocking call!")
        .contains("open0", "LeakExtensionTest");
  }

  @Test
  void allThatIsLeftIsNamedAndTheTestsOwnFailureComesFirst() {
    assertThat(
            failures(
                Sample.class,
                directory -> {
                  LeakChecks.register("permits", () -> 3);
                  LeakChecks.register("tickets", () -> -1);
                }))
        .containsExactly("acts: leaked:\npermits is 3\ntickets is -1");
    assertThat(
            failures(
                Sample.class,
                directory -> {
                  LeakChecks.register("permits", () -> 3);
                  throw new IOException("oops");
                }))
        .containsExactly("acts: oops, suppressed: leaked:\npermits is 3");
  }

  @Test
  void whatEndsAMomentLaterIsWaitedFor() {
    AtomicLong asked = new AtomicLong(10);
    Act act = directory -> LeakChecks.register("permits", asked::decrementAndGet);

    assertThat(failures(Sample.class, act, 30_000)).isEmpty();
    assertThat(asked).hasValue(0);
  }

  @Test
  void aClassFailsForWhatItsTestsDidNot() {
    Act leaves = directory -> LEFT.add(new ServerSocket(0));

    assertThat(failures(ActsBeforeAll.class, leaves))
        .singleElement()
        .asString()
        .startsWith("LeakSamples$ActsBeforeAll: leaked:\na descriptor is still open: ");
    assertThat(failures(SharedSample.class, leaves))
        .singleElement()
        .asString()
        .startsWith("LeakSamples$SharedSample: leaked:\na descriptor is still open: ");
  }
}
