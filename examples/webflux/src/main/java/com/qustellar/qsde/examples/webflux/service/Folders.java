package com.qustellar.qsde.examples.webflux.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The folders of the files: each download has one of its own, named by its id, so that no name that
 * a server or a client chooses gets near another file.
 */
@Component
final class Folders {

  /** How the names of what is not whole yet go on, behind the file's own. */
  private static final String UNFINISHED = ".qsde-";

  private final Path root;

  Folders(ServiceProperties properties) {
    this.root = properties.files().toAbsolutePath().normalize();
  }

  Path of(String id) {
    return root.resolve(id);
  }

  Path file(Row row) {
    return of(row.id()).resolve(String.valueOf(row.fileName()));
  }

  /** Makes a download's folder. Blocks. */
  void make(String id) {
    try {
      Files.createDirectories(of(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the finished file of a download: there is one as soon as it is whole. Blocks. */
  Optional<Path> finished(String id) {
    try (Stream<Path> files = Files.list(of(id))) {
      return files
          .filter(file -> !file.getFileName().toString().contains(UNFINISHED))
          .filter(Files::isRegularFile)
          .findFirst();
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a download's folder with all that is in it, on a thread that may block. */
  Mono<Void> delete(String id) {
    return Mono.<Void>fromCallable(
            () -> {
              if (Files.exists(of(id))) {
                Files.walkFileTree(of(id), new Deletion());
              }
              return null;
            })
        .subscribeOn(Schedulers.boundedElastic());
  }

  /** Follows no link. */
  private static final class Deletion extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
