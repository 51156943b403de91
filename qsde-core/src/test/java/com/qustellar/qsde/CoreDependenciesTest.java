package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** The core decides and nothing else: it stands on java.base alone, not on Reactor or Netty. */
class CoreDependenciesTest {

  /** A line of {@code jdeps -verbose:class}: {@code a.B -> c.D where D is found}. */
  private static final Pattern DEPENDENCY = Pattern.compile("(?m)^ +\\S+ +-> (\\S+) +(.+)$");

  @Test
  void standsOnJavaBaseAlone() throws Exception {
    Path classes =
        Path.of(DownloadRequest.class.getProtectionDomain().getCodeSource().getLocation().toURI());

    List<MatchResult> dependencies = dependencies(classes);

    assertThat(dependencies)
        .extracting(dependency -> dependency.group(1))
        .contains("java.net.URI", "java.util.regex.Pattern")
        .allMatch(
            name ->
                name.startsWith("java.")
                    || name.startsWith("com.qustellar.qsde.")
                    || name.startsWith("org.jspecify.annotations."));
    assertThat(dependencies)
        .filteredOn(dependency -> dependency.group(1).startsWith("java."))
        .extracting(dependency -> dependency.group(2).strip())
        .containsOnly("java.base");
  }

  private static List<MatchResult> dependencies(Path classes) {
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        jdeps.run(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            "-verbose:class",
            "-filter:none",
            classes.toString());
    assertThat(exit).as("jdeps: %s", err).isZero();
    return DEPENDENCY.matcher(out.toString()).results().toList();
  }
}
