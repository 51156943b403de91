package com.qustellar.qsde.reactor.testing;

import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** The operations of a {@link ScriptedDisk}. */
final class DiskProvider extends FileSystemProvider {

  private final ScriptedDisk disk;

  DiskProvider(ScriptedDisk disk) {
    this.disk = disk;
  }

  private FileSystemProvider real() {
    return disk.realProvider();
  }

  private Path real(Operation operation, Path path) throws IOException {
    disk.before(operation, path);
    return DiskPath.real(path);
  }

  @Override
  public AsynchronousFileChannel newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      ExecutorService executor,
      FileAttribute<?>... attributes)
      throws IOException {
    AsynchronousFileChannel channel =
        real()
            .newAsynchronousFileChannel(real(Operation.OPEN, path), options, executor, attributes);
    return new DiskChannel(disk, path, channel, executor);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return new DiskFileChannel(
        disk, path, real().newFileChannel(real(Operation.OPEN, path), options, attributes));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return new DiskByteChannel(
        disk, path, real().newByteChannel(real(Operation.OPEN, path), options, attributes));
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    real().createLink(real(Operation.LINK, link), DiskPath.real(existing));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    real().move(real(Operation.MOVE, source), DiskPath.real(target), options);
  }

  @Override
  public void delete(Path path) throws IOException {
    real().delete(real(Operation.DELETE, path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    if (Arrays.asList(modes).contains(AccessMode.WRITE)) {
      disk.before(Operation.CHECK_WRITABLE, path);
    }
    real().checkAccess(DiskPath.real(path), modes);
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return new Store(disk, real().getFileStore(DiskPath.real(path)));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real().getFileAttributeView(DiskPath.real(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real().readAttributes(real(Operation.INSPECT, path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return real().readAttributes(DiskPath.real(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    real().setAttribute(real(Operation.SET_TIME, path), attribute, value, options);
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    return real().isSameFile(DiskPath.real(one), DiskPath.real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real().isHidden(DiskPath.real(path));
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    real().createDirectory(DiskPath.real(path), attributes);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    real().copy(DiskPath.real(source), DiskPath.real(target), options);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String getScheme() {
    return "scripted";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return disk;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  /** Has as much room as the test says. */
  private static final class Store extends FileStore {
    private final ScriptedDisk disk;
    private final FileStore real;

    Store(ScriptedDisk disk, FileStore real) {
      this.disk = disk;
      this.real = real;
    }

    @Override
    public String name() {
      return real.name();
    }

    @Override
    public String type() {
      return real.type();
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public long getTotalSpace() throws IOException {
      return real.getTotalSpace();
    }

    @Override
    public long getUsableSpace() throws IOException {
      return disk.free().isPresent() ? disk.free().getAsLong() : real.getUsableSpace();
    }

    @Override
    public long getUnallocatedSpace() throws IOException {
      return getUsableSpace();
    }

    @Override
    public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
      return real.supportsFileAttributeView(type);
    }

    @Override
    public boolean supportsFileAttributeView(String name) {
      return real.supportsFileAttributeView(name);
    }

    @Override
    public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
      return real.getFileStoreAttributeView(type);
    }

    @Override
    public Object getAttribute(String attribute) throws IOException {
      return real.getAttribute(attribute);
    }
  }
}
