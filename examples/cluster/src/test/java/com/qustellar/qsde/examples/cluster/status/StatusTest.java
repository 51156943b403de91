package com.qustellar.qsde.examples.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.job.WorkerState;
import com.qustellar.qsde.examples.cluster.status.QueueState.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class StatusTest {

  private static final long NOW = 1_000_000_000;

  private static JobResult result(Outcome outcome) {
    return new JobResult(
        "id", "target", outcome, 1024, 1024, null, "worker", 1, 1.0, 0, null, null, NOW);
  }

  private static WorkerState worker(String name, boolean stopped, long ago) {
    return new WorkerState(name, 2, 5000, 1024, 7, 1, stopped, NOW - ago);
  }

  @Test
  void addsUpWhatIsTold() {
    Tally tally = new Tally();
    for (Outcome outcome : Outcome.values()) {
      tally.add(result(outcome));
    }
    tally.add(result(Outcome.DONE));
    tally.add(worker("b", false, 60_000));
    tally.add(worker("a", false, 1_000));
    tally.add(worker("stopped", true, 1_000));
    tally.add(worker("gone", false, 3_600_000));

    QueueState state = tally.state(10, 1, NOW);

    assertThat(state)
        .isEqualTo(
            new QueueState(
                10,
                2,
                1,
                1,
                2048,
                1,
                List.of(
                    new Worker("a", 2, 1024, 7, 1, null),
                    new Worker("b", 2, 1024, 7, 1, Duration.ofMinutes(1)))));
    assertThat(state.running()).isEqualTo(2);
    assertThat(state.queued()).isEqualTo(8);
    assertThat(state.bytesPerSecond()).isEqualTo(1024);
  }

  @Test
  void takesTheNewestWordOfAWorker() {
    Tally tally = new Tally();
    tally.add(worker("a", false, 1_000));
    tally.add(worker("a", true, 500));

    assertThat(tally.state(0, 1, NOW).workers()).isEmpty();
  }

  @Test
  void keepsToTheLinesThatThereAre() {
    List<Worker> workers =
        List.of(
            new Worker("a\u001b[31m", 1, 1024, 7, 1, null),
            new Worker("n".repeat(50), 1, 1024, 12_345, 1, null),
            new Worker("c", 1, 1024, 7, 1, Duration.ofSeconds(75)));
    QueueState state = new QueueState(1_234_567, 89, 0, 1, 1 << 20, 0.5, workers);

    List<String> lines = StatusText.lines(state, 24);
    assertThat(lines.get(0))
        .isEqualTo(
            "1,234,565 queued, 2 running, 89 done, 0 there already, 1 failed, 1.0 MiB, 2.0 KiB/s"
                + " (50 % counted)");
    assertThat(lines).hasSize(6);
    assertThat(String.join("\n", lines))
        .doesNotContain("\u001b")
        .contains("n~  ")
        .contains("12,345");
    assertThat(lines.get(5)).contains("silent").contains("1 min 15 s");
    assertThat(StatusText.lines(state, 5)).hasSize(5).endsWith("and 2 more");
    assertThat(StatusText.lines(state, 1)).containsExactly(lines.get(0));
    assertThat(StatusText.lines(state, 0)).isEmpty();
  }

  @Test
  void keepsItsNumbersInEveryLocale() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      QueueState state = new QueueState(1_234, 0, 0, 0, 0, 1, List.of());
      assertThat(StatusText.line(state)).startsWith("1,234 queued");
      assertThat(StatusCommand.json(state)).startsWith("{\"queued\":1234,");
    } finally {
      Locale.setDefault(before);
    }
  }
}
