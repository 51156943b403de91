package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.metalink.Metalink;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Metalinks on the disk, and where what they name goes. */
final class MetalinkFiles {

  private MetalinkFiles() {}

  /** Returns the file that a word of the command line means, if it is no URL of a download. */
  static Optional<Path> file(String word) {
    try {
      if (word.regionMatches(true, 0, "file:", 0, 5)) {
        return Optional.of(Path.of(URI.create(word)));
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(word + " names no file: " + e.getMessage());
    }
    boolean named = word.toLowerCase(Locale.ROOT).endsWith(".meta4") && !word.contains("://");
    return named ? Optional.of(Path.of(word)) : Optional.empty();
  }

  /**
   * Returns the files of a Metalink.
   *
   * @param wrong told why one of its files can't be taken
   * @throws UsageException if it can't be read, or is none
   */
  static List<Metalink.Item> read(Path file, Consumer<String> wrong) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in, wrong);
    } catch (IOException e) {
      throw new UsageException("the Metalink " + file + " can't be read: " + TextFiles.why(e));
    }
  }

  /**
   * Returns the files of a Metalink.
   *
   * @param name what it is called in messages
   * @param wrong told why one of its files can't be taken
   * @throws UsageException if it is none
   */
  static List<Metalink.Item> read(String name, InputStream in, Consumer<String> wrong) {
    List<Metalink.Item> items = new ArrayList<>();
    try {
      Metalink.read(
          in,
          new Metalink.Reader() {
            @Override
            public void item(Metalink.Item item) {
              items.add(item);
            }

            @Override
            public void wrong(String why) {
              wrong.accept(name + ", " + why);
            }
          });
    } catch (IllegalArgumentException e) {
      throw new UsageException(name + " is no Metalink: " + e.getMessage());
    }
    return items;
  }

  /**
   * Returns where the file goes: into the directory or one below it, whatever its name is. Makes
   * what directories it names.
   *
   * @throws IllegalArgumentException if they can't be made
   */
  static Path in(Path dir, Metalink.Item item) {
    Path directory = dir;
    String[] elements = item.name().split("[/\\\\]+", -1);
    for (int i = 0; i < elements.length - 1; i++) {
      if (!elements[i].isEmpty() && !elements[i].matches("\\.+")) {
        directory = directory.resolve(FileNames.safe(elements[i]));
      }
    }
    try {
      // The directory that all are put in must be there, as for any other download.
      if (!directory.equals(dir) && Files.isDirectory(dir)) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("its directory can't be made: " + TextFiles.why(e), e);
    }
    return directory.resolve(FileNames.safe(elements[elements.length - 1]));
  }
}
