package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.testing.WaitingTest;
import com.qustellar.qsde.examples.demo.DemoFile;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigResource;

/** A queue of which a part is gone or refuses: a worker waits, mends what it can, and goes on. */
class BrokenQueueTest extends WorkerTestBase {

  @WaitingTest
  void holdsARequestForAsLongAsItsResultCanNotBeWritten() throws Exception {
    String results = queue.topics().results();
    DemoFile file = DemoFile.of("f", KIB);
    queue.set(ConfigResource.Type.TOPIC, results, "max.message.bytes", "99");
    queue.submit(job(file));
    start();
    await(() -> lines.size() == 2);
    assertThat(lines.get(1)).startsWith(results + " can't be written to, which is tried again: ");
    queue.set(ConfigResource.Type.TOPIC, results, "max.message.bytes", "1048588");

    assertThat(queue.results(all -> !all.isEmpty()))
        .singleElement()
        .returns(Outcome.DONE, JobResult::outcome)
        .returns(1, JobResult::delivery);
    assertThat(lines).hasSize(2);
  }

  @WaitingTest
  void makesTheTopicOfResultsAnew() throws Exception {
    String results = queue.topics().results();
    queue.submit(job(DemoFile.of("before", KIB)));
    start();
    queue.results(all -> !all.isEmpty());
    queue.delete(results);
    queue.submit(job(DemoFile.of("f", KIB)));
    queue.awaitTopic(results);

    assertThat(queue.results(all -> !all.isEmpty()))
        .singleElement()
        .returns(Outcome.DONE, JobResult::outcome)
        .returns(1, JobResult::delivery);
    assertThat(lines.get(1)).isEqualTo(results + " was gone, and has been made anew");
  }

  @WaitingTest
  void makesATopicAnewThatSomebodyHasDeleted() throws Exception {
    start();
    queue.awaitState();
    queue.delete(queue.topics().workers());
    queue.awaitTopic(queue.topics().workers());
    queue.awaitState();
    DemoFile file = DemoFile.of("f", KIB);
    queue.submit(job(file));

    assertThat(queue.results(all -> !all.isEmpty())).hasSize(1);
  }

  @WaitingTest
  void saysOnceThatNoBrokerAnswersAndKeepsTrying() throws Exception {
    Map<String, Object> nowhere =
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1",
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 300,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 300);
    start(nowhere, Duration.ZERO);
    await(() -> !lines.isEmpty());
    assertThat(ended)
        .failsWithin(Duration.ofSeconds(2))
        .withThrowableOfType(TimeoutException.class);

    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).startsWith("no broker answers at ").endsWith(": still trying");
  }
}
