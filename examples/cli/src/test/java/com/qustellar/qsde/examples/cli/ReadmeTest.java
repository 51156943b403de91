package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README shows compiles: whole classes as they stand, statements as the body of a method,
 * after those of the first snippet, whose variables they may use.
 */
class ReadmeTest {

  private static final Path README = Path.of("../../README.md");

  private static final Pattern BLOCK =
      Pattern.compile("^```java[^\\n]*\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern IMPORT = Pattern.compile("^import [^;]+;\\s*", Pattern.MULTILINE);
  private static final Pattern TYPE =
      Pattern.compile(
          "^(@\\w+.*\\n)*((public|final|abstract|sealed) )*(class|record|interface|enum) (\\w+)",
          Pattern.MULTILINE);

  private static final String USUAL_IMPORTS =
      """
      import com.qustellar.qsde.*;
      import com.qustellar.qsde.reactor.*;
      import java.net.*;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;
      import reactor.core.publisher.*;
      """;

  @TempDir Path classes;

  @Test
  void everySnippetOfTheReadmeCompiles() throws IOException {
    List<String> snippets = snippets(Files.readString(README));

    assertThat(snippets).isNotEmpty();
    for (String snippet : snippets) {
      assertThat(errors(snippets.get(0), snippet)).as(snippet).isEmpty();
    }
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

  private static List<String> snippets(String markdown) {
    return BLOCK.matcher(markdown).results().map(block -> block.group(1)).toList();
  }

  private List<String> errors(String first, String snippet) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    compiler.getTask(null, null, found, options, null, List.of(source(first, snippet))).call();
    List<String> errors = new ArrayList<>();
    for (Diagnostic<?> diagnostic : found.getDiagnostics()) {
      if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
        errors.add(diagnostic.getMessage(Locale.ROOT));
      }
    }
    return errors;
  }

  private static JavaFileObject source(String first, String snippet) {
    Matcher type = TYPE.matcher(snippet);
    if (type.find()) {
      return file(type.group(5), USUAL_IMPORTS + snippet);
    }
    String all = first.equals(snippet) ? snippet : first + snippet;
    String imports =
        IMPORT.matcher(all).results().map(MatchResult::group).collect(Collectors.joining());
    String statements = IMPORT.matcher(all).replaceAll("");
    return file(
        "Snippet",
        USUAL_IMPORTS
            + imports
            + "class Snippet { void run() throws Exception {\n"
            + statements
            + "\n} }");
  }

  private static JavaFileObject file(String name, String source) {
    return new SimpleJavaFileObject(
        URI.create("memory:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
      }
    };
  }
}
