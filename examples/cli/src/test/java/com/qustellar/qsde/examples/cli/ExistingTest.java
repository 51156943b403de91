package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a download whose name a file has already. */
class ExistingTest extends CommandTestBase {

  private String url;

  @BeforeEach
  void start() throws IOException {
    url = origin.serve("/a.tar.gz", "new");
    Files.writeString(dir.resolve("a.tar.gz"), "old");
  }

  @Test
  void itFailsByDefault() throws IOException {
    assertThat(get(url)).isEqualTo(1);
    assertThat(get("--existing", "fail", url)).isEqualTo(1);

    assertThat(contents()).containsExactly("a.tar.gz=old");
    assertThat(screen.errLines()).first().asString().endsWith(" overwrite it (see --existing)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--overwrite", "--existing=overwrite"})
  void itReplacesTheFile(String option) throws IOException {
    assertThat(get(option, url)).isZero();

    assertThat(contents()).containsExactly("a.tar.gz=new");
  }

  @Test
  void itKeepsTheFileAndAllIsWell() throws IOException {
    assertThat(get("--existing", "skip", url, origin.serve("/b", "b"))).isZero();

    assertThat(contents()).containsExactly("a.tar.gz=old", "b=b");
    assertThat(screen.errLines()).contains("a.tar.gz: skipped, it exists already");
    assertThat(screen.errLines()).last().asString().startsWith("1 completed, 0 failed, 1 skipped,");
  }

  @Test
  void aFileThatIsNamedIsKeptWithoutARequest() throws IOException {
    assertThat(get("--json", "--existing", "skip", "-o", "a.tar.gz", url)).isZero();

    assertThat(origin.asked()).isEmpty();
    assertThat(contents()).containsExactly("a.tar.gz=old");
    assertThat(screen.outLines().get(0))
        .matches(
            "\\{\"event\":\"skipped\",\"id\":\"[^\"]+\",\"file\":\"\\Q"
                + dir.resolve("a.tar.gz")
                + "\\E\",\"url\":\""
                + url
                + "\"}");
    assertThat(screen.outLines().get(1)).contains("\"completed\":0,\"failed\":0,\"skipped\":1,");
  }

  @Test
  void aFileThatIsNotTheExpectedOneIsNoReasonToSkip() throws IOException {
    String md5 = "md5:098f6bcd4621d373cade4e832627b4f6";

    assertThat(get("--existing", "skip", "--checksum", md5, "-o", "a.tar.gz", url)).isEqualTo(1);

    assertThat(contents()).containsExactly("a.tar.gz=old");
  }

  @Test
  void otherFailuresStayFailures() {
    assertThat(get("--existing", "skip", origin.url("/none"))).isEqualTo(1);
    assertThat(get("--existing", "rename", origin.url("/none"))).isEqualTo(1);
  }

  @Test
  void itGetsTheNextNameThatIsFree() throws IOException {
    Files.writeString(dir.resolve("a.tar.1.gz"), "older");

    assertThat(get("--existing", "rename", url)).isZero();
    assertThat(get("--existing", "rename", "-o", "a.tar.gz", url)).isZero();

    assertThat(contents())
        .containsExactly("a.tar.1.gz=older", "a.tar.2.gz=new", "a.tar.3.gz=new", "a.tar.gz=old");
    assertThat(screen.errLines().get(0)).startsWith("a.tar.2.gz: 3 B in ");
  }

  @Test
  void downloadsThatWantTheSameNameAllGetOne() throws IOException {
    assertThat(get("--existing", "rename", "-j", "4", url, url, url, url)).isZero();

    assertThat(contents())
        .containsExactly(
            "a.tar.1.gz=new", "a.tar.2.gz=new", "a.tar.3.gz=new", "a.tar.4.gz=new", "a.tar.gz=old");
    assertThat(screen.errLines()).last().asString().startsWith("4 completed, 0 failed");
  }

  @ParameterizedTest
  @CsvSource({"file, file.1", ".hidden, .hidden.1", "a.b, a.1.b"})
  void theNumberStandsBeforeTheExtension(String name, String next) {
    assertThat(Existing.free(dir.resolve(name), 0).file()).isEqualTo(dir.resolve(next));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--existing=skip --overwrite", "--existing=never"})
  void whatContradictsItselfIsWrongUsage(String args) throws IOException {
    assertThat(
            get(Stream.concat(Stream.of(args.split(" ")), Stream.of(url)).toArray(String[]::new)))
        .isEqualTo(2);

    assertThat(screen.errLines()).singleElement().asString().contains("--existing");
    assertThat(contents()).containsExactly("a.tar.gz=old");
  }

  private List<String> contents() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(dir)) {
      files = all.sorted().toList();
    }
    String[] shown = new String[files.size()];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = files.get(i).getFileName() + "=" + Files.readString(files.get(i));
    }
    return List.of(shown);
  }
}
