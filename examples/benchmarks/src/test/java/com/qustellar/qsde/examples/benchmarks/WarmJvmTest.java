package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WarmJvmTest {

  private static final int SIZE = 300_000;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Library.class)
  void aLibraryDownloadsAgainAndAgainAndChecksTheDigest(Library library) throws Exception {
    byte[] content = new byte[SIZE];
    content[SIZE - 1] = 7;
    Path file = Files.write(folder.resolve("file"), content);
    String sha256 = HexFormat.of().formatHex(Job.newSha256().digest(content));
    String otherSha256 = "0".repeat(sha256.length());

    try (RangeServer origin = RangeServer.start(file, RangeServer.Pace.NONE);
        WarmJvm jvm =
            WarmJvm.start(
                library,
                Commands.java(
                    List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                    Worker.class,
                    library.name()),
                folder.resolve("log"))) {
      URI uri = URI.create("http://127.0.0.1:" + origin.port() + "/file");

      Sample plain = jvm.download(new Job(uri, folder.resolve("plain"), 0, 1, null));
      Sample checked = jvm.download(new Job(uri, folder.resolve("checked"), 0, 1, sha256));

      assertThat(folder.resolve("plain")).hasBinaryContent(content);
      assertThat(folder.resolve("checked")).hasBinaryContent(content);
      assertThat(plain.wallSeconds()).isPositive();
      assertThat(checked.cpuSeconds()).isPositive();
      assertThatThrownBy(
              () -> jvm.download(new Job(uri, folder.resolve("wrong"), 0, 1, otherSha256)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(library.title())
          .hasMessageContaining(sha256);
    }
  }
}
