package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Downloads that go to stdout. */
class StandardOutputTest extends CommandTestBase {

  private static final String TEXT = "what is to be read, ".repeat(100_000);

  @Test
  void theBytesAloneAreThere() {
    String url = origin.serve("/file", TEXT);
    assertThat(screen.run("get", "-o", "-", "-d", dir.toString(), url)).isZero();
    assertThat(screen.out()).isEqualTo(TEXT);
    assertThat(screen.err()).contains("stdout: ").contains("1 completed");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aDigestIsComparedAtTheEnd() {
    String url = origin.serve("/file", TEXT);
    String digest = "md5:0123456789abcdef0123456789abcdef";
    assertThat(screen.run("get", "-q", "-o", "-", "--checksum", digest, url)).isEqualTo(1);
    assertThat(screen.out()).isEqualTo(TEXT);
    assertThat(screen.errLines()).singleElement().asString().contains("md5");
  }

  @Test
  void aFailureTellsWhy() {
    String url = origin.serve("/file", TEXT).replace("/file", "/none");
    assertThat(screen.run("get", "-q", "-o", "-", url)).isEqualTo(1);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.err()).contains("404");
  }

  @Test
  void jsonLinesDoNotStandBetweenTheBytes() {
    assertThat(screen.run("get", "--json", "-o", "-", "http://a/")).isEqualTo(2);
    assertThat(screen.err()).contains("--json");
  }

  @Test
  void nobodyReadsAnyMore() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("broken pipe");
          }
        };
    PrintStream out = new PrintStream(closed, true, StandardCharsets.UTF_8);
    Screen broken = new Screen(out, screen.screen().err(), false);
    String url = origin.serve("/file", TEXT);
    assertThat(Qsde.run(broken, "get", "-q", "-o", "-", url)).isEqualTo(1);
    assertThat(screen.errLines())
        .singleElement()
        .asString()
        .startsWith("qsde: stdout could not be")
        .contains("disk is full");
  }
}
