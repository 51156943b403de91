package com.qustellar.qsde.reactor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** BlockHound is armed, and knows files on the JDK that runs this. */
@SharedAcrossTests
class ForbiddenFileAccessTest {

  /** Something that blocks. */
  private interface Act {
    void run(ForbiddenFileAccessTest files) throws Exception;
  }

  /** What it does, and the method that BlockHound must name. */
  static Stream<Arguments> blocking() {
    return Stream.of(
        act("sleep", "java.lang.Thread.sleep", files -> Thread.sleep(1)),
        act("park", "Unsafe#park", files -> LockSupport.parkNanos(1)),
        act("read", "Impl#read", files -> files.channel.read(bytes())),
        act("positional read", "Impl#pread", files -> files.channel.read(bytes(), 0)),
        act("scattering read", "Impl#readv", files -> files.channel.read(two())),
        act("write", "Impl#write", files -> files.channel.write(bytes())),
        act("positional write", "Impl#pwrite", files -> files.channel.write(bytes(), 0)),
        act("gathering write", "Impl#writev", files -> files.channel.write(two())),
        act("force", "Impl#force", files -> files.channel.force(false)),
        act("truncate", "Impl#truncate", files -> files.channel.truncate(0)),
        act("lock", "Impl#lock", files -> files.channel.tryLock().release()),
        act("asynchronous force", "Impl#force", files -> files.asynchronous.force(true)),
        act("asynchronous close", "Impl#close", files -> files.asynchronous.close()),
        act("asynchronous open", "open0", files -> open(files.file).close()),
        act("open", "open0", files -> FileChannel.open(files.file).close()),
        act("link", "link0", files -> Files.createLink(files.other, files.file)),
        act("delete", "unlink0", files -> Files.delete(files.file)),
        act("move", "rename0", files -> Files.move(files.file, files.other)),
        act("make a directory", "mkdir0", files -> Files.createDirectory(files.other)),
        act("remove a directory", "rmdir0", files -> Files.delete(files.empty)));
  }

  private static Arguments act(String name, String refused, Act act) {
    return Arguments.of(name, refused, act);
  }

  private static LoopResources loops;
  private static Scheduler parallel;
  private static ExecutorService ordinary;

  @TempDir private Path directory;
  private Path file;
  private Path other;
  private Path empty;
  private FileChannel channel;
  private AsynchronousFileChannel asynchronous;

  @BeforeAll
  static void start() {
    loops = LoopResources.create("qsde-loop", 1, true);
    parallel = Schedulers.newParallel("qsde-parallel", 1);
    ordinary = Executors.newSingleThreadExecutor();
  }

  @AfterAll
  static void stop() {
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(10)).block();
    parallel.dispose();
    ordinary.shutdown();
  }

  @BeforeEach
  void open() throws IOException {
    file = Files.writeString(directory.resolve("file"), "a text of some length");
    other = directory.resolve("other");
    empty = Files.createDirectory(directory.resolve("empty"));
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    asynchronous = open(file);
  }

  @AfterEach
  void close() throws IOException {
    channel.close();
    asynchronous.close();
  }

  /** A loop that can't would end with all its connections open. */
  @Test
  void aLongLineOfTheLogMayBeWritten() {
    Mono.fromRunnable(
            () -> Logger.getLogger("qsde").warning("A line for the log" + " ".repeat(90_000)))
        .subscribeOn(parallel)
        .block();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocking")
  void isRefusedOnAnEventLoop(String name, String refused, Act act) {
    EventLoopGroup loop = loops.onClient(true);

    assertRefused(refused, () -> loop.submit(() -> run(act)).get());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocking")
  void isRefusedOnAnEventLoopOfTheJdksSelector(String name, String refused, Act act) {
    EventLoopGroup loop = loops.onClient(false);

    assertRefused(refused, () -> loop.submit(() -> run(act)).get());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocking")
  void isRefusedOnAParallelSchedulersThread(String name, String refused, Act act) {
    assertRefused(
        refused, () -> Mono.fromCallable(() -> run(act)).subscribeOn(parallel).toFuture().get());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocking")
  void passesOnAnyOtherThread(String name, String refused, Act act) throws Exception {
    assertThat(ordinary.submit(() -> run(act)).get()).isEqualTo("done");
    assertThat(BlockingProbe.drain()).isEmpty();
  }

  private String run(Act act) throws Exception {
    act.run(this);
    return "done";
  }

  /** The submitting thread gets the error, and the checks around the test would have failed it. */
  private static void assertRefused(String refused, ThrowingCallable call) {
    assertThatThrownBy(call).cause().isInstanceOf(BlockingOperationError.class);
    assertThat(BlockingProbe.drain())
        .singleElement()
        .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
        .hasMessageContaining(refused);
  }

  private static AsynchronousFileChannel open(Path file) throws IOException {
    return AsynchronousFileChannel.open(file, StandardOpenOption.WRITE);
  }

  private static ByteBuffer bytes() {
    return ByteBuffer.allocateDirect(4);
  }

  private static ByteBuffer[] two() {
    return new ByteBuffer[] {bytes(), bytes()};
  }
}
