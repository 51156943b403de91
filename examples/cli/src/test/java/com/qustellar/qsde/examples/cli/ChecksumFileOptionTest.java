package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The digests of a list that stands beside the files. */
@Timeout(60)
class ChecksumFileOptionTest {

  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  private static final String MD5_OF_TEST = "098f6bcd4621d373cade4e832627b4f6";

  @TempDir Path dir;
  @TempDir Path home;
  private final TestOrigin origin = new TestOrigin();
  private final TestScreen screen = new TestScreen();

  @AfterEach
  void stop() {
    origin.close();
  }

  @Test
  void everyFileMustHaveItsOwn() throws IOException {
    String list = list("# release", HELLO + "  a.txt", "MD5 (b.txt) = " + MD5_OF_TEST);
    String a = origin.serve("/v1/a.txt", "hello") + "?x=1";

    assertThat(get("--checksum-file", list, a, origin.serve("/b.txt", "best"))).isEqualTo(1);

    assertThat(dir.resolve("a.txt")).hasContent("hello");
    assertThat(dir.resolve("b.txt")).doesNotExist();
    assertThat(screen.err()).contains("sha256 verified").contains(MD5_OF_TEST);
  }

  @Test
  void theNameIsThatOfTheOutputElseThatOfTheUrl() throws IOException {
    String list = list(HELLO + " *hello.txt");

    assertThat(get("--checksum-file", list, "-o", "hello.txt", origin.serve("/x", "hello")))
        .isZero();
    assertThat(get("--checksum-file", list, "-o", "y", origin.serve("/hello.txt", "hello")))
        .isZero();

    assertThat(screen.err().split("sha256 verified", -1)).hasSize(3);
  }

  @Test
  void whatAListOfDownloadsSaysCountsFirst() throws IOException {
    String list = list(HELLO + "  a");
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
    String list = list(HELLO + "  a");
    String url = origin.serve("/b", "b");

    assertThat(get("--checksum-file", list, url)).isEqualTo(2);
    assertThat(get("--checksum-file", home.resolve("none").toString(), url)).isEqualTo(2);
    assertThat(get("--checksum-file", list, "--checksum", "sha256:" + HELLO, url)).isEqualTo(2);
    assertThat(
            get("--checksum-file", list(HELLO + "  x/b", HELLO.replace('2', '3') + "  y/b"), url))
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

  private int get(String... args) {
    return screen.run(
        Stream.concat(Stream.of("get", "-d", dir.toString()), Stream.of(args))
            .toArray(String[]::new));
  }
}
