package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Lists the part files and journals in the directories of tests. */
final class PartFileProbe implements LeakProbe {

  private static final Set<Path> DIRECTORIES = ConcurrentHashMap.newKeySet();

  static void watch(Path directory) {
    DIRECTORIES.add(directory);
  }

  @Override
  public Supplier<List<Leak>> begin() {
    Set<Path> before = present();
    return () ->
        present().stream()
            .filter(file -> !before.contains(file))
            .map(file -> new Leak(file, "a file was left: " + file))
            .toList();
  }

  private static Set<Path> present() {
    DIRECTORIES.removeIf(directory -> !Files.isDirectory(directory));
    Set<Path> present = new TreeSet<>();
    SimpleFileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString();
            if (name.endsWith(".qsde-part") || name.endsWith(".qsde-journal")) {
              present.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          /** It went while the directory was read, or the test has made it unreadable. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        };
    try {
      for (Path directory : DIRECTORIES) {
        Files.walkFileTree(directory, visitor);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return present;
  }
}
