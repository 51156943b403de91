package com.qustellar.qsde.examples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.qustellar.qsde.DownloadRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {

  private static final String SHA256 =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  @TempDir Path temp;

  @Test
  void aLineIsAFile() throws IOException {
    List<UpdateFile> files =
        read(
            "# what the game needs",
            "",
            SHA256 + "  4 https://example.org/a%20b.pak?v=2",
            SHA256 + "\t5\thttps://example.org/x\tdata/two words.pak");

    assertThat(files).extracting(UpdateFile::name).containsExactly("a b.pak", "data/two words.pak");
    assertThat(files).extracting(UpdateFile::size).containsExactly(4L, 5L);
    DownloadRequest request = files.get(1).request();
    assertThat(request.uri()).hasToString("https://example.org/x");
    assertThat(request.target()).isEqualTo(game().resolve("data/two words.pak"));
    assertThat(request.checksum()).hasToString("sha256:" + SHA256);
    assertThat(request.totalBytes()).hasValue(5);
    assertThat(request.overwrite()).isTrue();
    assertThat(game().resolve("data")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../game.cfg",
        "data/../../game.cfg",
        "/etc/passwd",
        ".",
        "data/..",
        "a\u202Eb",
        "a\u0007b"
      })
  void aNameThatLeavesTheDirectoryOrHidesSomethingIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(SHA256 + " 4 https://example.org/a " + name))
        .withMessageStartingWith("line 1: ");
    assertThat(game()).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.org/a",
        SHA256 + " 4",
        SHA256 + " -1 https://example.org/a",
        SHA256 + " four https://example.org/a",
        SHA256 + " 4 https://example.org/",
        SHA256 + " 4 ftp://example.org/a",
        "9f86 4 https://example.org/a"
      })
  void aLineThatIsNoFileIsRefused(String line) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("# first", line))
        .withMessageStartingWith("line 2: ");
  }

  private Path game() {
    return temp.resolve("game");
  }

  private List<UpdateFile> read(String... lines) throws IOException {
    return Manifest.read(Files.write(temp.resolve("manifest.txt"), List.of(lines)), game());
  }
}
