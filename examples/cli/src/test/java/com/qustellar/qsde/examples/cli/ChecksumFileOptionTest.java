package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The digests of a list that stands beside the files. */
class ChecksumFileOptionTest extends CommandTestBase {

  private static final String MD5_OF_TEST = "098f6bcd4621d373cade4e832627b4f6";

  @TempDir Path home;

  @Test
  void everyFileMustHaveItsOwn() throws IOException {
    String list = list("# release", HELLO_SHA256 + "  a.txt", "MD5 (b.txt) = " + MD5_OF_TEST);
    String a = origin.serve("/v1/a.txt", "hello") + "?x=1";

    assertThat(get("--checksum-file", list, a, origin.serve("/b.txt", "best"))).isEqualTo(1);

    assertThat(dir.resolve("a.txt")).hasContent("hello");
    assertThat(dir.resolve("b.txt")).doesNotExist();
    assertThat(screen.err()).contains("sha256 verified").contains(MD5_OF_TEST);
  }

  @Test
  void theNameIsThatOfTheOutputElseThatOfTheUrl() throws IOException {
    String list = list(HELLO_SHA256 + " *hello.txt");

    assertThat(get("--checksum-file", list, "-o", "hello.txt", origin.serve("/x", "hello")))
        .isZero();
    assertThat(get("--checksum-file", list, "-o", "y", origin.serve("/hello.txt", "hello")))
        .isZero();

    assertThat(screen.err().split("sha256 verified", -1)).hasSize(3);
  }

  @Test
  void whatAListOfDownloadsSaysCountsFirst() throws IOException {
    String list = list(HELLO_SHA256 + "  a");
    String downloads =
        Files.writeString(
                home.resolve("downloads"),
                origin.serve("/a", "hello")
                    + "\n"
                    + origin.serve("/b", "test")
                    + "\n checksum=md5="
                    + MD5_OF_TEST
                    + "\n")
            .toString();

    assertThat(get("--checksum-file", list, "-i", downloads)).isZero();

    assertThat(screen.err()).contains("sha256 verified", "md5 verified");
  }

  @Test
  void aFileThatIsNotListedIsWrongUsage() throws IOException {
    String list = list(HELLO_SHA256 + "  a");
    String url = origin.serve("/b", "b");

    assertThat(get("--checksum-file", list, url)).isEqualTo(2);
    assertThat(get("--checksum-file", home.resolve("none").toString(), url)).isEqualTo(2);
    assertThat(get("--checksum-file", list, "--checksum", "sha256:" + HELLO_SHA256, url))
        .isEqualTo(2);
    assertThat(
            get(
                "--checksum-file",
                list(HELLO_SHA256 + "  x/b", HELLO_SHA256.replace('2', '3') + "  y/b"),
                url))
        .isEqualTo(2);

    assertThat(screen.errLines()).hasSize(4);
    assertThat(screen.errLines().get(0)).contains(list + " has no checksum").contains("for b");
    assertThat(screen.errLines().get(1)).contains("--checksum-file can't read");
    assertThat(screen.errLines().get(2)).contains("--checksum and --checksum-file");
    assertThat(screen.errLines().get(3)).contains("more than once");
    assertThat(origin.asked()).isEmpty();
  }

  private String list(String... lines) throws IOException {
    return Files.writeString(home.resolve("SHA256SUMS"), String.join("\n", lines)).toString();
  }
}
