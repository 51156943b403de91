package com.qustellar.qsde.examples.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The README, and what it shows as Java, compiled with the class path of the tests. */
final class ReadmeCode {

  static final Path README = Path.of("../../README.md");

  /** What the README's code takes for granted. */
  static final String USUAL_IMPORTS =
      """
      import com.qustellar.qsde.*;
      import com.qustellar.qsde.reactor.*;
      import java.net.*;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;
      import reactor.core.publisher.*;
      """;

  private ReadmeCode() {}

  /** Compiles a class into a folder, and returns what is wrong with it. */
  static List<String> errors(Path classes, String name, String source) {
    return errors(classes, Map.of(name, source));
  }

  /** Compiles classes by their names into a folder, and returns what is wrong with them. */
  static List<String> errors(Path classes, Map<String, String> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    List<JavaFileObject> files =
        sources.entrySet().stream()
            .map(source -> file(source.getKey(), source.getValue()))
            .toList();
    compiler.getTask(null, null, found, options, null, files).call();
    return found.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(Diagnostic::toString)
        .toList();
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
