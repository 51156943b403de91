package com.qustellar.qsde.reactor.testing;

import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/** A channel of a {@link ScriptedDisk} for those who block. */
final class DiskByteChannel implements SeekableByteChannel {

  private final ScriptedDisk disk;
  private final Path path;
  private final SeekableByteChannel real;

  DiskByteChannel(ScriptedDisk disk, Path path, SeekableByteChannel real) {
    this.disk = disk;
    this.path = path;
    this.real = real;
  }

  private interface Transfer {
    int go(ByteBuffer some) throws IOException;
  }

  /** Moves no more bytes than the disk does at once. */
  private int transfer(Operation operation, ByteBuffer all, Transfer transfer) throws IOException {
    disk.before(operation, path);
    int most = Math.min(all.remaining(), disk.longestTransfer());
    int count = transfer.go(all.slice(all.position(), most));
    all.position(all.position() + Math.max(0, count));
    return count;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return transfer(Operation.READ, target, real::read);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return transfer(Operation.WRITE, source, real::write);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    real.position(newPosition);
    return this;
  }

  @Override
  public long size() throws IOException {
    disk.before(Operation.INSPECT, path);
    return real.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    disk.before(Operation.TRUNCATE, path);
    real.truncate(size);
    return this;
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
}
