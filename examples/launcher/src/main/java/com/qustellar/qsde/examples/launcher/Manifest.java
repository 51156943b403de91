package com.qustellar.qsde.examples.launcher;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What belongs into a directory: a file a line, and what stands behind {@code #} is not read.
 *
 * <pre>
 * SHA256 BYTES URL [NAME]
 * </pre>
 *
 * <p>The name may lead into folders, and never out of the directory; by default it is the last
 * element of the URL's path.
 */
final class Manifest {

  private static final String HOW = "a line is SHA256 BYTES URL [NAME]";

  private Manifest() {}

  /** Reads a manifest and makes the folders that it needs; blocks. */
  static List<UpdateFile> read(Path manifest, Path directory) throws IOException {
    Path root = directory.toAbsolutePath().normalize();
    Files.createDirectories(root);
    List<UpdateFile> files = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(manifest)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        files.add(file(line, root));
      } catch (IllegalArgumentException | DownloadException e) {
        throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
      }
    }
    for (UpdateFile file : files) {
      Files.createDirectories(file.folder());
    }
    return files;
  }

  private static UpdateFile file(String line, Path root) {
    String[] fields = line.strip().split("\\s+", 4);
    if (fields.length < 3 || !fields[1].matches("\\d{1,18}")) {
      throw new IllegalArgumentException(HOW);
    }
    long size = Long.parseLong(fields[1]);
    String name = fields.length == 4 ? fields[3] : lastElement(fields[2]);
    DownloadRequest request =
        DownloadRequest.of(fields[2], target(root, name))
            .withChecksum(new Checksum(HashAlgorithm.SHA256, fields[0]))
            .withTotalBytes(size)
            .withOverwrite(true); // an older version; one that is the same is not fetched again
    return new UpdateFile(name, size, request);
  }

  private static String lastElement(String url) {
    String path = URI.create(url).getPath();
    return path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
  }

  private static Path target(Path root, String name) {
    if (name.codePoints().anyMatch(Manifest::isInvisible)) {
      throw new IllegalArgumentException("a name has characters that can't be seen");
    }
    Path target = root.resolve(name).normalize();
    if (!target.startsWith(root) || target.equals(root)) {
      throw new IllegalArgumentException("this is no file in the directory: " + name);
    }
    return target;
  }

  private static boolean isInvisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
