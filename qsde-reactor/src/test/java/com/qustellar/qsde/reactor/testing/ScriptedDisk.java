package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The default file system, with the faults that a test asks for: an operation that fails, a disk
 * that is slow, short writes, little room. Only paths that {@link #path} has made go through it.
 */
public final class ScriptedDisk extends FileSystem {

  /** What can fail. */
  public enum Operation {
    OPEN,
    READ,
    WRITE,
    FORCE,
    TRUNCATE,
    LINK,
    MOVE,
    DELETE,
    CHECK_WRITABLE,
    /** Reading a file's attributes or length. */
    INSPECT,
    SET_TIME,
    LOCK,
    /** The descriptor is gone all the same, as with close(2). */
    CLOSE
  }

  /** Asked before each operation, on the thread that asks for it or on one of the pool. */
  public interface Fault {
    /** Throws what the operation is to fail with, an error perhaps, or returns. */
    void before(Operation operation, Path path) throws IOException;
  }

  private final FileSystem real = FileSystems.getDefault();
  private final DiskProvider provider = new DiskProvider(this);
  private volatile Fault fault = (operation, path) -> {};
  private volatile CompletableFuture<Void> writable = CompletableFuture.completedFuture(null);
  private volatile OptionalLong free = OptionalLong.empty();
  private volatile int longestTransfer = Integer.MAX_VALUE;

  /** Returns the path on this disk. */
  public Path path(Path realPath) {
    return new DiskPath(this, realPath);
  }

  /** Sets what fails from now on. */
  public void failing(Fault newFault) {
    fault = newFault;
  }

  /** Lets no write end before {@link #release}. */
  public void hold() {
    writable = new CompletableFuture<>();
  }

  /** Lets the writes that were held go on, and all later ones. */
  public void release() {
    writable.complete(null);
  }

  /** Sets how many bytes are free. */
  public void freeBytes(long bytes) {
    free = OptionalLong.of(bytes);
  }

  /** Sets how many bytes one read or write moves at most. */
  public void shortTransfers(int bytes) {
    longestTransfer = bytes;
  }

  void before(Operation operation, Path path) throws IOException {
    fault.before(operation, path);
  }

  CompletableFuture<Void> writable() {
    return writable;
  }

  OptionalLong free() {
    return free;
  }

  int longestTransfer() {
    return longestTransfer;
  }

  FileSystemProvider realProvider() {
    return real.provider();
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return real.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return () -> Arrays.asList(path(real.getRootDirectories().iterator().next())).iterator();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return real.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return real.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return path(real.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = real.getPathMatcher(pattern);
    return path -> matcher.matches(DiskPath.real(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return real.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
