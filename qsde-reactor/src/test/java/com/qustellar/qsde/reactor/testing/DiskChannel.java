package com.qustellar.qsde.reactor.testing;

import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * A channel of a {@link ScriptedDisk}; its handlers are called on the pool, as a real one's are.
 */
final class DiskChannel extends AsynchronousFileChannel {

  private final ScriptedDisk disk;
  private final Path path;
  private final AsynchronousFileChannel real;
  private final ExecutorService executor;

  DiskChannel(
      ScriptedDisk disk, Path path, AsynchronousFileChannel real, ExecutorService executor) {
    this.disk = disk;
    this.path = path;
    this.real = real;
    this.executor = executor;
  }

  private interface Transfer<A> {
    void go(ByteBuffer some, CompletionHandler<Integer, ? super A> handler);
  }

  /** Moves no more bytes than the disk does at once. */
  private <A> void transfer(
      Operation operation,
      ByteBuffer all,
      A attachment,
      CompletionHandler<Integer, ? super A> handler,
      Transfer<A> transfer) {
    try {
      disk.before(operation, path);
    } catch (IOException | RuntimeException | Error e) {
      handler.failed(e, attachment);
      return;
    }
    int most = Math.min(all.remaining(), disk.longestTransfer());
    transfer.go(
        all.slice(all.position(), most),
        new CompletionHandler<Integer, A>() {
          @Override
          public void completed(Integer count, A same) {
            all.position(all.position() + Math.max(0, count));
            handler.completed(count, same);
          }

          @Override
          public void failed(Throwable thrown, A same) {
            handler.failed(thrown, same);
          }
        });
  }

  @Override
  public <A> void write(
      ByteBuffer source, long at, A attachment, CompletionHandler<Integer, ? super A> handler) {
    CompletableFuture<Void> unused =
        disk.writable()
            .thenRunAsync(
                () ->
                    transfer(
                        Operation.WRITE,
                        source,
                        attachment,
                        handler,
                        (some, ended) -> real.write(some, at, attachment, ended)),
                executor);
  }

  @Override
  public <A> void read(
      ByteBuffer target, long at, A attachment, CompletionHandler<Integer, ? super A> handler) {
    executor.execute(
        () ->
            transfer(
                Operation.READ,
                target,
                attachment,
                handler,
                (some, ended) -> real.read(some, at, attachment, ended)));
  }

  @Override
  public void force(boolean metaData) throws IOException {
    disk.before(Operation.FORCE, path);
    real.force(metaData);
  }

  @Override
  public AsynchronousFileChannel truncate(long size) throws IOException {
    disk.before(Operation.TRUNCATE, path);
    real.truncate(size);
    return this;
  }

  @Override
  public long size() throws IOException {
    disk.before(Operation.INSPECT, path);
    return real.size();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    disk.before(Operation.LOCK, path);
    return real.tryLock(position, size, shared);
  }

  @Override
  public boolean isOpen() {
    return real.isOpen();
  }

  @Override
  public void close() throws IOException {
    real.close();
    disk.before(Operation.CLOSE, path);
  }

  @Override
  public <A> void lock(
      long position,
      long size,
      boolean shared,
      A attachment,
      CompletionHandler<FileLock, ? super A> handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<FileLock> lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Integer> read(ByteBuffer target, long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Integer> write(ByteBuffer source, long position) {
    throw new UnsupportedOperationException();
  }
}
