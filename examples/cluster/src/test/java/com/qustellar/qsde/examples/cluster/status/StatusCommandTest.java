package com.qustellar.qsde.examples.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.WorkerState;
import com.qustellar.qsde.examples.cluster.queue.Sender;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class StatusCommandTest {

  private final TestQueue queue = new TestQueue();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void close() {
    queue.close();
  }

  private int status(String name, String... more) {
    CommandLine command =
        new CommandLine(new StatusCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    String[] args = new String[more.length + 4];
    System.arraycopy(new String[] {"--brokers", queue.address(), "--queue", name}, 0, args, 0, 4);
    System.arraycopy(more, 0, args, 4, more.length);
    return command.execute(args);
  }

  @Test
  void tellsWhatTheQueueTheResultsAndTheWorkersTell() {
    Job job = Job.of("id", URI.create("http://a/1"), "1");
    queue.submit(job, job, job);
    long now = System.currentTimeMillis();
    try (Sender sender = new Sender(queue.clients())) {
      JobResult done =
          new JobResult(
              "id", "1", JobResult.Outcome.DONE, 4096, 1, null, "w", 1, 1.0, 0, null, null, now);
      sender.send(queue.topics().results(), null, Codec.write(done), Map.of()).block();
      sender.send(queue.topics().results(), null, new byte[] {'{'}, Map.of()).block();
      WorkerState worker = new WorkerState("w\u009b", 2, 1, 512, 1, 0, false, now);
      sender
          .send(queue.topics().workers(), new byte[] {'w'}, Codec.write(worker), Map.of())
          .block();
    }

    assertThat(status(queue.topics().name(), "--once", "--json")).isZero();

    assertThat(out.toString().strip())
        .isEqualTo(
            "{\"queued\":1,\"running\":2,\"done\":1,\"alreadyThere\":0,\"failed\":0,\"bytes\":4096,"
                + "\"bytesPerSecond\":512,\"workers\":[{\"worker\":\"w\\u009B\",\"running\":2,"
                + "\"bytesPerSecond\":512,\"done\":1,\"failed\":0,\"silentSeconds\":0}]}");
  }

  @Test
  void endsOnceNobodyReads() {
    CommandLine command =
        new CommandLine(new StatusCommand())
            .setOut(new PrintWriter(new PipedWriter())); // which nobody reads

    assertThat(
            command.execute(
                "--brokers", queue.address(), "--queue", queue.topics().name(), "--plain"))
        .isZero();
  }

  @Test
  void tellsThatThereIsNoSuchQueue() {
    assertThat(status("none", "--once")).isEqualTo(1);
    assertThat(err.toString()).startsWith("qsde: there is no queue none at ");
  }
}
