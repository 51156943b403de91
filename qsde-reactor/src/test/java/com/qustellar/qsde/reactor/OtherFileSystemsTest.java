package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets on file systems that are not the operating system's. */
@KeepsPartFiles
class OtherFileSystemsTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 4 * SEGMENT);

  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 4 * SEGMENT, 1_000_000})
  void aZipFileIsNothingToDownloadInto(int size) throws IOException {
    origin.serve("/file", Body.random(2, size));
    URI zip = URI.create("jar:" + dir.resolve("a.zip").toUri());
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Files.writeString(files.getPath("/other"), "stays");
      for (String target : List.of("/file", "/")) {
        DownloadRequest request = DownloadRequest.of(origin.uri("/file"), files.getPath(target));
        assertThat(failure(FileAccess.class, request))
            .hasMessage(
                "/file is on a file system that downloads can't write to: choose another one")
            .matches(failure -> failure.reason() == Reason.UNSUPPORTED);
      }
      try (Stream<Path> left = Files.list(files.getPath("/"))) {
        assertThat(left.map(Path::toString)).containsExactly("/other");
      }
    }
    assertDirectoryHolds("a.zip");
  }

  @Test
  void aFileSystemThatIsReadOnlyIsCalledThat() {
    ScriptedDisk disk = new ScriptedDisk();
    disk.failing(
        (operation, path) -> {
          throw new ReadOnlyFileSystemException();
        });
    DownloadRequest request =
        DownloadRequest.of(origin.uri("/file"), disk.path(dir.resolve("target")));
    assertThat(failure(FileAccess.class, request).reason()).isEqualTo(Reason.READ_ONLY);
  }

  /** It fails with what a provider may throw, or goes on without; whatever it is, it ends. */
  @ParameterizedTest
  @EnumSource
  void whateverAProviderThrowsTheDownloadEnds(Operation failing) throws IOException {
    List<Throwable> thrown =
        List.of(
            new NoClassDefFoundError("on purpose"),
            new StackOverflowError("on purpose"),
            new ClosedFileSystemException(),
            new UnsupportedOperationException("on purpose"));
    origin.serve("/large", BODY);
    origin.serve("/small", Body.random(2, 1000));
    for (Throwable next : thrown) {
      for (int passing = 0; passing < 4; passing++) {
        for (String path : List.of("/large", "/small")) {
          end(path, failing, passing, next);
        }
      }
    }
    get(request("/large"));
    assertHolds(target(), BODY);
  }

  private void end(String path, Operation failing, int passing, Throwable thrown) {
    ScriptedDisk disk = new ScriptedDisk();
    AtomicInteger count = new AtomicInteger();
    disk.failing(
        (operation, file) -> {
          if (operation == failing && count.incrementAndGet() > passing) {
            if (thrown instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) thrown;
          }
        });
    String name = failing + "-" + thrown.getClass().getSimpleName() + passing + path.substring(1);
    DownloadRequest request =
        DownloadRequest.of(origin.uri(path), disk.path(dir.resolve(name)))
            .withFsync(true)
            .withRemoteTime(true)
            .withComputedChecksum(HashAlgorithm.SHA256);
    engine.download(request).onErrorComplete(DownloadException.class).block(LIMIT);
  }
}
