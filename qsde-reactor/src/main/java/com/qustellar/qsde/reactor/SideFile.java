package com.qustellar.qsde.reactor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The small files beside a target, which tell what was requested, if only in part: nobody's
 * business but their owner's. No link in their place is ever followed. Everything here blocks.
 */
final class SideFile {

  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private SideFile() {}

  /** Returns what is in a file; empty where there is none, or none of ours. */
  static Optional<byte[]> read(Path path, int longest) {
    if (path.getFileSystem() == FileSystems.getDefault() && !path.toFile().exists()) {
      // Mostly so, and an exception would be a dear way to hear of it.
      return Optional.empty();
    }
    try {
      // Neither a link nor a pipe that somebody has put there.
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      try (SeekableByteChannel file = Files.newByteChannel(path, READ)) {
        if (file.size() > longest) {
          return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        while (bytes.hasRemaining() && file.read(bytes) >= 0) {
          // until it is full, or the file has become shorter
        }
        return Optional.of(Arrays.copyOf(bytes.array(), bytes.position()));
      }
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** Creates a file with these bytes in the place of any that is there, and leaves it open. */
  static SeekableByteChannel create(Path path, byte[] bytes) throws IOException {
    Files.deleteIfExists(path);
    SeekableByteChannel channel = Files.newByteChannel(path, NEW, ownerOnly(path));
    try {
      writeAll(channel, bytes);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      Files.deleteIfExists(path);
      throw e;
    }
    return channel;
  }

  static void writeAll(SeekableByteChannel channel, byte[] bytes) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    while (source.hasRemaining()) {
      channel.write(source);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
