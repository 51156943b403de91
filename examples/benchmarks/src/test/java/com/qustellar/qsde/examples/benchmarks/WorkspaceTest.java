package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkspaceTest {

  private static final long SIZE = (3 << 20) + 17;

  @Test
  void thePayloadHasItsSizeAndDigest() throws Exception {
    try (Workspace workspace = Workspace.create(SIZE)) {
      String sha256 = workspace.fill(SIZE);
      byte[] payload = Files.readAllBytes(workspace.payload());

      assertThat(payload).hasSize((int) SIZE);
      assertThat(HexFormat.of().formatHex(Job.newSha256().digest(payload))).isEqualTo(sha256);
    }
  }

  @Test
  void aFolderHasItsFilesAndTheirDigest() throws Exception {
    try (Workspace workspace = Workspace.create(30)) {
      String sha256 = workspace.fill(3, 10);
      MessageDigest digest = Job.newSha256();
      for (String name : List.of("f0", "f1", "f2")) {
        byte[] file = Files.readAllBytes(workspace.payload().resolve(name));
        assertThat(file).hasSize(10);
        digest.update(file);
      }

      assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256);
    }
  }

  @Test
  void downloadsAreClearedWithWhatLiesBesideThem() throws Exception {
    try (Workspace workspace = Workspace.create(1)) {
      workspace.fill(1);
      Files.createFile(workspace.target());
      Path control = Files.createFile(workspace.target().resolveSibling("download.bin.aria2"));

      workspace.clearDownloads();

      assertThat(workspace.target()).doesNotExist();
      assertThat(control).doesNotExist();
      assertThat(workspace.payload()).exists();
    }
  }

  @Test
  void nothingIsLeftBehind() throws Exception {
    Workspace workspace = Workspace.create(1);
    Files.createFile(workspace.target());

    workspace.close();

    assertThat(workspace.folder()).doesNotExist();
  }

  @Test
  void aFileThatFitsNowhereIsRefused() {
    assertThatThrownBy(() -> Workspace.create(1L << 60))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no room");
  }
}
