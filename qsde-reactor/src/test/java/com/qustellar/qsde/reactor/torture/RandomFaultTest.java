package com.qustellar.qsde.reactor.torture;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Signal;

/**
 * Servers that do anything to anything: every download ends, with the right file or with the reason
 * why there is none, and what then lies there can be gone on with.
 */
class RandomFaultTest {

  private static final int SAMPLE = 100;

  @TempDir Path dir;
  private final Engines engines = new Engines();
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final Map<String, Scenario> scenarios = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    engines.close();
    origin.close();
  }

  @Test
  void everyDownloadEndsInTheRightFileOrTellsWhyThereIsNone() {
    origin.onEvery(this::answer);
    new Torture(RandomFaultTest.class).seeds(SAMPLE, this::download);
  }

  private Reply answer(RecordedRequest request, Reply unknown) {
    Scenario scenario = scenarios.get(request.path());
    // A request may still be on its way when its download has ended.
    return scenario == null ? unknown : scenario.answer(request);
  }

  private String download(long seed) throws IOException {
    Path target = Files.createDirectory(dir.resolve(Long.toString(seed))).resolve("target");
    Scenario scenario = new Scenario(seed);
    scenarios.put("/" + seed, scenario);
    try {
      DownloadRequest request =
          scenario.request(origin.uri("/" + seed), target).withId(Long.toString(seed));
      DownloadEngine engine = engines.of(scenario.segmentSize());
      Signal<DownloadResult> end = engine.download(request).materialize().block(Torture.LIMIT);
      if (end.hasValue()) {
        check(scenario, request, end.get());
        return "succeeded";
      }
      DownloadException failure = (DownloadException) end.getThrowable();
      assertThat(failure).isNotInstanceOf(DownloadException.Unexpected.class);
      assertThat(scenario.mayFail()).as("it may fail: %s", failure.getMessage()).isTrue();
      Leftovers.assertNoneOrResumable(target);
      goOn(scenario, engine, request);
      return failure.getClass().getSimpleName();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          e.getMessage()
              + "\n"
              + scenario
              + "\nstill there: "
              + engines.running(Long.toString(seed)),
          e);
    } finally {
      scenarios.remove("/" + seed);
      Leftovers.delete(target.getParent());
    }
  }

  /** Whatever a failure has left, the next download makes the right file. */
  private void goOn(Scenario scenario, DownloadEngine engine, DownloadRequest request)
      throws IOException {
    scenario.heal();
    if (!scenario.isLost()) {
      check(scenario, request, engine.download(request).block(Torture.LIMIT));
    }
  }

  private static void check(Scenario scenario, DownloadRequest request, DownloadResult result)
      throws IOException {
    Leftovers.assertOnly(result.target());
    Body file =
        scenario.files().stream()
            .filter(body -> body.length() == result.bytes())
            .findFirst()
            .orElseThrow(() -> new AssertionError("a file of " + result.bytes() + " bytes"));
    assertHolds(result.target(), file);
    if (request.checksum() != null || request.computedChecksum() != null) {
      assertThat(result.checksum()).isEqualTo(new Checksum(HashAlgorithm.SHA256, file.sha256()));
    }
  }
}
