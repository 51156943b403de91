package com.qustellar.qsde.reactor;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a part file is opened and locked. Everything here may block. */
interface PartChannels<C extends Channel> {

  /** Opens the file. */
  C open(Path part, Set<OpenOption> options) throws IOException;

  /** Takes the lock of all of the file, unless another process has it. */
  @Nullable FileLock tryLock(C channel) throws IOException;

  /** Returns the length of the file. */
  long size(C channel) throws IOException;

  /** Opens what is written while it comes, on the threads of the pool. */
  static PartChannels<AsynchronousFileChannel> asynchronous(IoPool io) {
    return new PartChannels<>() {
      @Override
      public AsynchronousFileChannel open(Path part, Set<OpenOption> options) throws IOException {
        return AsynchronousFileChannel.open(part, options, io.executor());
      }

      @Override
      public @Nullable FileLock tryLock(AsynchronousFileChannel channel) throws IOException {
        return channel.tryLock();
      }

      @Override
      public long size(AsynchronousFileChannel channel) throws IOException {
        return channel.size();
      }
    };
  }

  /** Opens what one thread writes in one go. */
  static PartChannels<FileChannel> blocking() {
    return new PartChannels<>() {
      @Override
      public FileChannel open(Path part, Set<OpenOption> options) throws IOException {
        return FileChannel.open(part, options);
      }

      @Override
      public @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        return channel.tryLock();
      }

      @Override
      public long size(FileChannel channel) throws IOException {
        return channel.size();
      }
    };
  }
}
