package com.qustellar.qsde.reactor.testing;

import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file channel of a {@link ScriptedDisk} for those who block; what nobody uses, throws. */
final class DiskFileChannel extends FileChannel {

  private final ScriptedDisk disk;
  private final Path path;
  private final FileChannel real;

  DiskFileChannel(ScriptedDisk disk, Path path, FileChannel real) {
    this.disk = disk;
    this.path = path;
    this.real = real;
  }

  /** Moves no more bytes than the disk does at once. */
  @Override
  public int write(ByteBuffer source, long at) throws IOException {
    disk.writable().join();
    disk.before(Operation.WRITE, path);
    int most = Math.min(source.remaining(), disk.longestTransfer());
    int count = real.write(source.slice(source.position(), most), at);
    source.position(source.position() + count);
    return count;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    disk.before(Operation.FORCE, path);
    real.force(metaData);
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
  protected void implCloseChannel() throws IOException {
    real.close();
    disk.before(Operation.CLOSE, path);
  }

  @Override
  public int read(ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(ByteBuffer target, long at) throws IOException {
    disk.before(Operation.READ, path);
    return real.read(target, at);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    disk.before(Operation.WRITE, path);
    return real.write(source);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long position() {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel position(long newPosition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
