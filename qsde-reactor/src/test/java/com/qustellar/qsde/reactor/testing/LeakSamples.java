package com.qustellar.qsde.reactor.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/** Classes of tests that do what they are told, and what JUnit says of them. */
final class LeakSamples {

  /** What a sample does with its temporary directory. */
  interface Act {
    void run(Path directory) throws Exception;
  }

  private static Act act;

  private LeakSamples() {}

  static class Sample {
    @Test
    void acts(@TempDir Path directory) throws Exception {
      act.run(directory);
    }
  }

  static class ActsBeforeAll {
    @BeforeAll
    static void acts(@TempDir Path directory) throws Exception {
      act.run(directory);
    }

    @Test
    void isInnocent() {}
  }

  @SharedAcrossTests
  static class SharedSample extends Sample {}

  @KeepsPartFiles
  static class KeepingSample extends Sample {}

  /** Runs a sample that is expected to leak, so that waiting for it to stop is of no use. */
  static List<String> failures(Class<?> sample, Act doing) {
    return failures(sample, doing, 100);
  }

  /**
   * Runs a sample and returns what failed in it, with messages. Nothing here names the extension:
   * what finds it for this class finds it for every other.
   */
  static List<String> failures(Class<?> sample, Act doing, int patienceMillis) {
    act = doing;
    return EngineTestKit.engine("junit-jupiter")
        .enableImplicitConfigurationParameters(true)
        .configurationParameter(LeakExtension.PATIENCE, Integer.toString(patienceMillis))
        .selectors(selectClass(sample))
        .execute()
        .allEvents()
        .filter(event -> event.getType() == EventType.FINISHED)
        .flatMap(
            event ->
                event.getRequiredPayload(TestExecutionResult.class).getThrowable().stream()
                    .map(failure -> describe(event, failure)))
        .toList();
  }

  private static String describe(Event finished, Throwable failure) {
    return Arrays.stream(failure.getSuppressed())
        .map(suppressed -> ", suppressed: " + suppressed.getMessage())
        .collect(Collectors.joining("", name(finished) + ": " + failure.getMessage(), ""));
  }

  /** Returns the name of a method or a class, without parameters. */
  private static String name(Event event) {
    return event.getTestDescriptor().getDisplayName().replaceFirst("\\(.*", "");
  }
}
