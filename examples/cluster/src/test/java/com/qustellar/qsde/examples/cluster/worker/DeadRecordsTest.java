package com.qustellar.qsde.examples.cluster.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.job.Bounds;
import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.testing.WaitingTest;
import com.qustellar.qsde.examples.demo.DemoFile;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;

/** What no worker can do is buried with its cause, and told of as a result. */
class DeadRecordsTest extends WorkerTestBase {

  @WaitingTest
  void buriesAnUnreadableRecordAndGoesOn() throws Exception {
    DemoFile file = DemoFile.of("good", KIB);
    queue.submit("{not json".getBytes(UTF_8));
    queue.submit(job(file));
    start();
    List<ConsumerRecord<byte[], byte[]>> dead = queue.dead(1);

    assertThat(dead.get(0).value()).asString(UTF_8).isEqualTo("{not json");
    assertThat(dead.get(0).headers().lastHeader("message").value())
        .asString(UTF_8)
        .startsWith("the record is no JSON");
    List<JobResult> results = queue.results(all -> all.size() == 2);
    assertThat(results)
        .filteredOn(result -> result.outcome() == Outcome.REJECTED)
        .singleElement()
        .returns(queue.topics().jobs() + "-0@0", JobResult::id)
        .returns(null, JobResult::target)
        .returns("Unreadable", JobResult::error);
    assertThat(Files.size(dir.resolve("files/good"))).isEqualTo(KIB);
  }

  @WaitingTest
  void buriesARecordOfAnyLength() throws Exception {
    byte[] longest = new byte[(1 << 20) - 100]; // with the cause beside it, it is more than may be
    queue.submit(longest);
    start();
    ConsumerRecord<byte[], byte[]> dead = queue.dead(1).get(0);

    assertThat(dead.value()).isNull();
    assertThat(dead.headers().lastHeader("from").value())
        .asString(UTF_8)
        .isEqualTo(queue.topics().jobs() + "-0@0");
  }

  @WaitingTest
  void buriesWhatFailsForGoodWithItsCause() throws Exception {
    Job job = Job.of("gone", origin.uri("gone"), "gone");
    queue.submit(job);
    start();
    ConsumerRecord<byte[], byte[]> dead = queue.dead(1).get(0);

    assertThat(Codec.readJob(dead.value())).isEqualTo(job);
    assertThat(dead.headers().lastHeader("error").value()).asString(UTF_8).isEqualTo("HttpStatus");
    assertThat(queue.results(all -> !all.isEmpty()).get(0))
        .returns(Outcome.REJECTED, JobResult::outcome)
        .returns("HttpStatus", JobResult::error);
  }

  @WaitingTest
  void refusesATargetOutsideOfItsDirectory() throws Exception {
    queue.submit(Job.of("out", origin.serve(DemoFile.of("out", KIB)), "../out"));
    queue.submit(Job.of("s3", origin.serve(DemoFile.of("out", KIB)), "s3://bucket/out"));
    start();

    assertThat(queue.dead(2))
        .extracting(dead -> new String(dead.headers().lastHeader("message").value(), UTF_8))
        .containsExactlyInAnyOrder(
            "the target is refused: it holds an empty name, \".\" or \"..\"",
            "this queue's workers keep no such targets");
    assertThat(dir.resolveSibling("out")).doesNotExist();
    assertThat(origin.bytesSent()).isZero();
  }

  @WaitingTest
  void givesUpAfterSoManyDeliveries() throws Exception {
    startWithoutEngine(2);
    List<ConsumerRecord<byte[], byte[]>> dead = queue.dead(1);

    assertThat(dead.get(0).headers().lastHeader("error").value())
        .asString(UTF_8)
        .isEqualTo("Undelivered");
    assertThat(queue.results(all -> all.size() == 3))
        .extracting(JobResult::outcome)
        .containsExactlyInAnyOrder(Outcome.RELEASED, Outcome.RELEASED, Outcome.REJECTED);
  }

  @WaitingTest
  void givesUpBeforeTheGroupDropsTheRequest() throws Exception {
    queue.set(ConfigResource.Type.GROUP, queue.topics().group(), "share.delivery.count.limit", "2");
    startWithoutEngine(99);

    assertThat(queue.dead(1).get(0).headers().lastHeader("delivery").value())
        .asString(UTF_8)
        .isEqualTo("2");
  }

  /** Starts a worker that can end nothing, with a job that may be tried so often. */
  private void startWithoutEngine(int attempts) throws Exception {
    URI uri = origin.serve(DemoFile.of("f", KIB));
    queue.submit(
        new Job(
            "f", uri, List.of(), "f", null, OptionalLong.empty(), Bounds.NONE, Map.of(), attempts));
    engine.close(); // whatever is asked of it now is cancelled
    start();
  }
}
