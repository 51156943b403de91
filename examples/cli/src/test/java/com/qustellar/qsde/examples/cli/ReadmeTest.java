package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README shows compiles: whole classes as they stand, statements as the body of a method,
 * after those of the first snippet, whose variables they may use.
 */
class ReadmeTest {

  private static final Pattern BLOCK =
      Pattern.compile("^```java[^\\n]*\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern IMPORT = Pattern.compile("^import [^;]+;\\s*", Pattern.MULTILINE);
  private static final Pattern TYPE =
      Pattern.compile(
          "^(@\\w+.*\\n)*((public|final|abstract|sealed) )*(class|record|interface|enum) (\\w+)",
          Pattern.MULTILINE);

  @TempDir Path classes;

  @Test
  void everySnippetOfTheReadmeCompiles() throws IOException {
    List<String> snippets = snippets(Files.readString(ReadmeCode.README));

    assertThat(snippets).isNotEmpty();
    Map<String, String> sources = new LinkedHashMap<>();
    for (String snippet : snippets) {
      Source source = source(snippets.get(0), snippet, "Snippet" + sources.size());
      assertThat(sources.put(source.name(), source.text())).as(source.name()).isNull();
    }
    assertThat(ReadmeCode.errors(classes, sources)).as("%s", sources).isEmpty();
  }

  @Test
  void statementsAndClassesAreTold() {
    String markdown =
        """
        ```java
        DownloadEngine engine = DownloadEngine.create();
        engine.download(DownloadRequest.of("https://host/file", Path.of("file"))).block();
        ```
        ```bash
        not java
        ```
        ```java
        import com.qustellar.qsde.Limits;

        public final class Whole {
          Limits limits = Limits.defaults();
        }
        ```
        """;

    assertThat(snippets(markdown))
        .hasSize(2)
        .allMatch(snippet -> errors(snippet, snippet).isEmpty());
  }

  @Test
  void laterSnippetsUseTheVariablesOfTheFirst() {
    String first = "Limits limits = Limits.defaults();";

    assertThat(errors(first, "limits.segmentSize();")).isEmpty();
    assertThat(errors("", "limits.segmentSize();")).hasSize(1);
  }

  @Test
  void whatDoesNotCompileIsFound() {
    assertThat(errors("", "DownloadEngine.createe();")).hasSize(1);
    assertThat(errors("", "class Whole { Nothing nothing; }")).hasSize(1);
  }

  @Test
  void theTerminalsLibraryIsNamedInTheVersionThatIsTested() throws IOException {
    Matcher version =
        Pattern.compile("<jline.version>(.+)</")
            .matcher(Files.readString(Path.of("../../pom.xml")));

    assertThat(version.find()).isTrue();
    assertThat(Files.readString(ReadmeCode.README))
        .contains("`org.jline:jline:" + version.group(1) + "`");
  }

  private static List<String> snippets(String markdown) {
    return BLOCK.matcher(markdown).results().map(block -> block.group(1)).toList();
  }

  private List<String> errors(String first, String snippet) {
    Source source = source(first, snippet, "Snippet");
    return ReadmeCode.errors(classes, source.name(), source.text());
  }

  /** A class that can be compiled. */
  private record Source(String name, String text) {}

  /** Makes a class of a snippet that is none, with the name that is given. */
  private static Source source(String first, String snippet, String name) {
    Matcher type = TYPE.matcher(snippet);
    if (type.find()) {
      return new Source(type.group(5), ReadmeCode.USUAL_IMPORTS + snippet);
    }
    String all = first.equals(snippet) ? snippet : first + snippet;
    String imports =
        IMPORT.matcher(all).results().map(MatchResult::group).collect(Collectors.joining());
    String statements = IMPORT.matcher(all).replaceAll("");
    return new Source(
        name,
        ReadmeCode.USUAL_IMPORTS
            + imports
            + "class "
            + name
            + " { void run() throws Exception {\n"
            + statements
            + "\n} }");
  }
}
