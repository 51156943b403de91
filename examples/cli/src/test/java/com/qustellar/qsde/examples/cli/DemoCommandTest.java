package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DemoCommandTest {

  private final TestScreen screen = new TestScreen();

  @Test
  void theDemoVerifiesItsFilesShowsARetryAndCleansUp() {
    assertThat(screen.run("demo")).isZero();

    assertThat(screen.outLines().get(screen.outLines().size() - 1))
        .isEqualTo(
            "All verified. broken.bin broke at byte 5,255,225 and went on at that very byte.");
    assertThat(screen.err())
        .contains("segmented.bin: 48.0 MiB in ", "broken.bin: retry 1, because ")
        .contains("\n4 completed, 0 failed, 78.0 MiB in ");
    assertThat(first(Pattern.compile("They go to (\\S+) and"), screen.out())).doesNotExist();
  }

  @Test
  void theTrainingRunSucceedsAndCleansUp() {
    assertThat(screen.run("train")).isZero();

    assertThat(screen.out()).contains("\"event\":\"completed\"");
    Path file = first(Pattern.compile("\"file\":\"([^\"]+)\""), screen.out());
    assertThat(file.getParent()).doesNotExist();
  }

  private static Path first(Pattern path, String text) {
    Matcher matcher = path.matcher(text);
    assertThat(matcher.find()).isTrue();
    return Path.of(matcher.group(1));
  }
}
