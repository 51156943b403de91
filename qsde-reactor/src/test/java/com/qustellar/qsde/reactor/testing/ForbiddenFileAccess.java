package com.qustellar.qsde.reactor.testing;

import java.util.List;
import java.util.Map;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Forbids file channels and changes to directories on event loops and on Reactor's non-blocking
 * threads; BlockHound by itself knows only the streams of {@code java.io}. Names that a JDK does
 * not have are ignored by it: {@code ForbiddenFileAccessTest} shows that every operation is caught
 * on the JDK that runs it.
 */
public final class ForbiddenFileAccess implements BlockHoundIntegration {

  /**
   * The methods of the dispatcher, not the native ones below: on JDK 17 sockets share those. From
   * JDK 21 on the class has the second name.
   */
  private static final List<String> DISPATCHERS =
      List.of("sun.nio.ch.FileDispatcherImpl", "sun.nio.ch.UnixFileDispatcherImpl");

  private static final Map<String, String> DISPATCHER_METHODS =
      Map.of(
          "read", "(Ljava/io/FileDescriptor;JI)I",
          "pread", "(Ljava/io/FileDescriptor;JIJ)I",
          "readv", "(Ljava/io/FileDescriptor;JI)J",
          "write", "(Ljava/io/FileDescriptor;JI)I",
          "pwrite", "(Ljava/io/FileDescriptor;JIJ)I",
          "writev", "(Ljava/io/FileDescriptor;JI)J",
          "force", "(Ljava/io/FileDescriptor;Z)I",
          "truncate", "(Ljava/io/FileDescriptor;J)I",
          "lock", "(Ljava/io/FileDescriptor;ZJJZ)I");

  private static final Map<String, String> DIRECTORY_METHODS =
      Map.of(
          "open0", "(JII)I",
          "link0", "(JJ)V",
          "unlink0", "(J)V",
          "rename0", "(JJ)V",
          "mkdir0", "(JI)V",
          "rmdir0", "(J)V");

  @Override
  public void applyTo(BlockHound.Builder builder) {
    for (String dispatcher : DISPATCHERS) {
      DISPATCHER_METHODS.forEach((name, type) -> builder.markAsBlocking(dispatcher, name, type));
    }
    DIRECTORY_METHODS.forEach(
        (name, type) -> builder.markAsBlocking("sun.nio.fs.UnixNativeDispatcher", name, type));
    // Closing waits for the operations in flight.
    builder.markAsBlocking("sun.nio.ch.SimpleAsynchronousFileChannelImpl", "close", "()V");
    // Leaving a scheduler's queue takes its lock, for a moment: Reactor allows it to single tasks.
    for (String task : List.of("PeriodicSchedulerTask", "PeriodicWorkerTask")) {
      builder.allowBlockingCallsInside("reactor.core.scheduler." + task, "dispose");
    }
    // What the rules of Reactive Streams are tried with waits for its own reader.
    for (String signal : List.of("add", "complete")) {
      builder.allowBlockingCallsInside(
          "org.reactivestreams.tck.TestEnvironment$Receptacle", signal);
    }
    builder.blockingMethodCallback(
        method -> {
          BlockingOperationError error = new BlockingOperationError(method);
          BlockingProbe.blocked(error);
          throw error;
        });
  }
}
