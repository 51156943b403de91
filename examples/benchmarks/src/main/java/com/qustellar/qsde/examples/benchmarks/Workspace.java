package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The folder of one benchmark, in memory where the system has a file system there: what is served,
 * what is downloaded, and logs. Deleted whole when closed.
 */
final class Workspace implements AutoCloseable {

  private static final long SPARE_BYTES = 64L << 20;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final long SEED = 20260101;

  private final Path folder;
  private final Path downloads;
  private final Path payload;

  private Workspace(Path folder) throws IOException {
    this.folder = folder;
    this.downloads = Files.createDirectory(folder.resolve("downloads"));
    this.payload = folder.resolve("payload.bin");
  }

  /**
   * Makes a folder where there is room for what is served and a copy of it.
   *
   * @param size the length in bytes of all that is served
   */
  static Workspace create(long size) throws IOException {
    List<Path> parents =
        List.of(Path.of("/dev/shm"), Path.of(System.getProperty("java.io.tmpdir")));
    for (Path parent : parents) {
      if (Files.isWritable(parent)
          && Files.getFileStore(parent).getUsableSpace() >= 2 * size + SPARE_BYTES) {
        return new Workspace(Files.createTempDirectory(parent, "qsde-benchmark-"));
      }
    }
    throw new IOException("no room for twice " + Size.format(size) + " in any of " + parents);
  }

  /**
   * Makes the file that is served: random bytes, the same ones every time. Returns their SHA-256.
   */
  String fill(long size) throws IOException {
    MessageDigest digest = Job.newSha256();
    write(payload, size, new Random(SEED), digest);
    readableByAll(folder);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Makes a folder of files that is served in the file's place. Returns the SHA-256 of all their
   * bytes, one file after the other.
   */
  String fill(int files, long size) throws IOException {
    Random random = new Random(SEED);
    MessageDigest digest = Job.newSha256();
    Files.createDirectory(payload);
    for (int i = 0; i < files; i++) {
      write(payload.resolve(Job.fileName(i)), size, random, digest);
    }
    readableByAll(folder, payload);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void write(Path file, long size, Random random, MessageDigest digest)
      throws IOException {
    byte[] block = new byte[(int) Math.min(size, BLOCK_BYTES)];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long left = size; left > 0; left -= block.length) {
        random.nextBytes(block);
        int count = (int) Math.min(left, block.length);
        out.write(block, 0, count);
        digest.update(block, 0, count);
      }
    }
    readableByAll(file);
  }

  Path folder() {
    return folder;
  }

  Path payload() {
    return payload;
  }

  /** Returns where a file is downloaded to. */
  Path target() {
    return downloads.resolve("download.bin");
  }

  /** Returns where a folder of files is downloaded to. */
  Path targetFolder() {
    return downloads;
  }

  /** Deletes what was downloaded, and whatever a client left beside it. */
  void clearDownloads() throws IOException {
    try (Stream<Path> files = Files.list(downloads)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /** Returns the kind of file system, such as {@code tmpfs}. */
  String fileSystem() throws IOException {
    FileStore store = Files.getFileStore(folder);
    return store.type();
  }

  @Override
  public void close() throws IOException {
    deleteTree(folder);
  }

  /** nginx started by root reads as another user. */
  private static void readableByAll(Path... paths) throws IOException {
    for (Path path : paths) {
      if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
