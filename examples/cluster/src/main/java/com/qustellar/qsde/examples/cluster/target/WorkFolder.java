package com.qustellar.qsde.examples.cluster.target;

import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.Rules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The folder of one target in which its deliveries write, each a file of its own: {@code
 * .qsde/HASH/REQUEST.DELIVERY} beside the target, with the engine's part and journal beside that.
 *
 * <p>A delivery copies what another has left and never goes on in its file: whether that one is
 * dead or merely stopped nobody can tell, and what it writes when it wakes up is then its own. A
 * copy may be of any moment, as the journal's checksums decide what of it counts. Everything here
 * blocks.
 */
final class WorkFolder {

  private static final String PART = ".qsde-part";
  private static final String JOURNAL = ".qsde-journal";
  private static final String ENTERED = ".entered";
  private static final int BLOCK = 1 << 20;
  private static final int TRIES = 100;

  private final Path shared;
  private final Path folder;
  private final String request;

  /**
   * Names the folder of a target; nothing is made.
   *
   * @param job a request for it, of which there may be others
   */
  WorkFolder(Path target, Job job) {
    String name = String.valueOf(target.getFileName());
    // Of any length, and without two targets in one folder where upper case is lower case as well.
    UUID hash = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    this.shared = target.resolveSibling(Rules.WORK);
    this.folder = shared.resolve(hash.toString());
    byte[] text = (job.id() + '\n' + job.uri()).getBytes(StandardCharsets.UTF_8);
    this.request = UUID.nameUUIDFromBytes(text).toString();
  }

  /**
   * Makes the folder and returns where a new delivery writes. The folder is not empty from then on,
   * so that nobody deletes it before the first byte has come, which may be long.
   */
  Path enter() throws IOException {
    for (int i = 1; ; i++) {
      try {
        makeDirectory(shared);
        makeDirectory(folder);
        Path own = folder.resolve(request + "." + UUID.randomUUID());
        Files.createFile(entered(own));
        return own;
      } catch (NoSuchFileException e) {
        // Another delivery has just ended, and was the last.
        if (i == TRIES) {
          throw e;
        }
      }
    }
  }

  private static Path entered(Path own) {
    return own.resolveSibling(own.getFileName() + ENTERED);
  }

  /** Makes a directory unless it is there; a link in its place is not followed. */
  static void makeDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
          && Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  /**
   * Copies what the delivery that came furthest has left, part and journal, to another's name.
   *
   * @param own that name
   * @param cancelled whether the copy is wanted no more
   */
  void takeOver(Path own, BooleanSupplier cancelled) throws IOException {
    Optional<Path> furthest;
    try (Stream<Path> files = Files.list(folder)) {
      furthest =
          files
              .filter(file -> file.toString().endsWith(JOURNAL))
              .max(Comparator.comparingLong(WorkFolder::size));
    }
    if (furthest.isPresent()) {
      String name = String.valueOf(furthest.get().getFileName());
      Path part = folder.resolve(name.substring(0, name.length() - JOURNAL.length()) + PART);
      try {
        copy(furthest.get(), part, own, cancelled);
      } catch (IOException e) {
        // Its delivery has ended meanwhile, perhaps. What can't be taken over is fetched again.
        leave(own);
      }
    }
  }

  /** The journal is read first and written last: what it claims is in the copy of the part. */
  private static void copy(Path journal, Path part, Path own, BooleanSupplier cancelled)
      throws IOException {
    Path early = own.resolveSibling(own.getFileName() + ".journal");
    Files.copy(journal, early, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    copyWithHoles(part, own.resolveSibling(own.getFileName() + PART), cancelled);
    Files.move(early, own.resolveSibling(own.getFileName() + JOURNAL));
  }

  /** Blocks of zeros are left out: a part has holes, which would take room as bytes. */
  private static void copyWithHoles(Path from, Path to, BooleanSupplier cancelled)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK).asReadOnlyBuffer();
    try (FileChannel in =
            FileChannel.open(from, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        if (cancelled.getAsBoolean()) {
          throw new IOException("cancelled");
        }
        block.flip();
        if (block.equals(zeros.duplicate().limit(n))) {
          out.position(out.position() + n);
        } else {
          while (block.hasRemaining()) {
            out.write(block);
          }
        }
        block.clear();
      }
      if (out.size() < out.position()) {
        out.write(ByteBuffer.allocate(1), out.position() - 1); // it ends with a hole
      }
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return -1; // it has gone
    }
  }

  /** Deletes what one delivery has copied. */
  private static void leave(Path own) throws IOException {
    String name = String.valueOf(own.getFileName());
    for (String suffix : new String[] {PART, JOURNAL, ".journal"}) {
      Files.deleteIfExists(own.resolveSibling(name + suffix));
    }
  }

  /**
   * Ends a delivery that has not made the target. A later one goes on with a part and its journal
   * alone; where there are none the folder is deleted.
   *
   * @param own where it wrote
   */
  void exit(Path own) throws IOException {
    Files.deleteIfExists(own);
    Files.deleteIfExists(entered(own));
    deleteIfEmpty(folder);
    deleteIfEmpty(shared);
  }

  /** Deletes what all deliveries have written, and the folder. */
  void clear() throws IOException {
    delete("");
  }

  /** Deletes what the deliveries of the request have written: others may be at work. */
  void discard() throws IOException {
    delete(request);
  }

  private void delete(String start) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, start + "*")) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    deleteIfEmpty(folder);
    deleteIfEmpty(shared);
  }

  private static void deleteIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      // Others are at work in it.
      return;
    }
  }
}
