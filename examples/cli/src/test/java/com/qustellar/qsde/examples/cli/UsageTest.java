package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, the version, and what is said of a wrong command line. */
class UsageTest extends CommandTestBase {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "get",
        "get ftp://host/x",
        "get http://ho%20st/x",
        "get nothing",
        "get --checksum sha256:abc http://host/x",
        "get --checksum crc32:abc http://host/x",
        "get -H NoColon http://host/x",
        "get -H Host:x http://host/x",
        "get --frobnicate http://host/x",
        "get --segment-size 1T http://host/x",
        "get --segment-size 1 http://host/x",
        "get --ui maybe http://host/x",
        "get --json -o - http://host/x",
        "get -o x http://host/x http://host/y",
        "frobnicate",
        ""
      })
  void wrongUsageIsOneLineAndNothingElse(String args) throws IOException {
    int exit = screen.run(args.isEmpty() ? new String[0] : args.split(" "));

    assertThat(exit).isEqualTo(2);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.errLines()).hasSize(1).first().asString().startsWith("qsde: ");
    assertThat(files()).isEmpty();
  }

  @Test
  void aFileInPlaceOfAUrlIsToldWhatItIs() throws IOException {
    String list = Files.writeString(dir.resolve("list.txt"), "http://host/x\n").toString();

    assertThat(screen.run("get", list)).isEqualTo(2);
    assertThat(screen.run("get", "file:" + list)).isEqualTo(2);

    assertThat(screen.errLines())
        .satisfiesExactly(
            plain -> assertThat(plain).contains("list.txt is a file: ", "--input-file"),
            ofUrl -> assertThat(ofUrl).contains("list.txt is no Metalink: line 1"));
  }

  @Test
  void theVersionIsTheOneThatWasBuilt() {
    assertThat(screen.run("--version")).isZero();
    assertThat(screen.out()).matches("qsde \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
  }

  @Test
  void helpNamesEveryOption() {
    assertThat(screen.run("get", "--help")).isZero();
    assertThat(screen.out())
        .contains(
            "-o", "-d", "-x", "--segment-size", "--limit-rate", "--checksum", "-H", "--user-agent")
        .contains("--retries", "--timeout", "--connect-timeout", "--max-bytes", "--overwrite")
        .contains("--[no-]fsync", "--ui", "--json", "-q", "-v", "--checksum-file", "--existing")
        .contains("-u", "--netrc", "--cookies", "--max-time", "--cacert", "--insecure");
    assertThat(screen.out().lines()).allMatch(line -> line.length() <= 80);
    // A line that goes on does not go back.
    assertThat(screen.out()).doesNotContainPattern("\\R {31}\\S.*\\R {29}\\S");
    TestScreen overview = new TestScreen();
    assertThat(overview.run("--help")).isZero();
    assertThat(overview.out()).contains("get", "demo", "serve", "cluster", "bench");
    assertThat(new TestScreen().run("demo", "--help")).isZero();
  }
}
