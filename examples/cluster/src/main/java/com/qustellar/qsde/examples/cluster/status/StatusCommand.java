package com.qustellar.qsde.examples.cluster.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.KafkaOptions;
import com.qustellar.qsde.internal.http.SafeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what the queue and its workers do. */
@Command(
    name = "status",
    description =
        "Shows how many requests wait, run, are done and failed, and what each worker does, until q "
            + "or Ctrl-C is typed.",
    sortOptions = false)
public final class StatusCommand implements Callable<Integer> {

  /** In ASCII: what workers call themselves may hold what a terminal obeys. */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PLAIN = Duration.ofSeconds(5);
  private static final Duration OBJECTS = Duration.ofSeconds(1);

  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(names = "--once", description = "Show it once, with every result counted, and end.")
  boolean once;

  @Option(
      names = "--plain",
      description = "A line every five seconds, as where there is no terminal.")
  boolean plain;

  @Option(names = "--json", description = "A JSON object a second on stdout, a line each.")
  boolean json;

  private volatile @Nullable StatusScreen screen;

  @Override
  public Integer call() throws IOException {
    Contact contact = new Contact(kafka.brokers(), this::tell);
    try (QueueWatch watch =
        new QueueWatch(kafka.clients(), kafka.topics(), contact, unused -> {})) {
      if (once) {
        once(watch);
        return ExitCode.OK;
      }
      QueueState first = watch.next(Duration.ZERO);
      StatusScreen opened = json || plain ? null : StatusScreen.open();
      if (opened == null) {
        follow(watch);
      } else {
        screen = opened;
        draw(first, watch, opened);
      }
      return ExitCode.OK;
    } catch (UnknownTopicOrPartitionException e) {
      tell("there is no queue " + kafka.topics().name() + " at " + kafka.brokers());
      return ExitCode.SOFTWARE;
    }
  }

  private void once(QueueWatch watch) throws IOException {
    QueueState state;
    do {
      state = watch.next(POLL);
    } while (!watch.isComplete());
    if (json) {
      print(json(state));
    } else {
      StatusText.lines(state, Integer.MAX_VALUE).forEach(this::print);
    }
  }

  private void follow(QueueWatch watch) throws IOException {
    long between = (json ? OBJECTS : PLAIN).toNanos();
    long next = System.nanoTime();
    // Whoever reads may go, as head does.
    while (!spec.commandLine().getOut().checkError()) {
      QueueState state = watch.next(POLL);
      if (watch.isComplete() && System.nanoTime() - next >= 0) {
        next = System.nanoTime() + between;
        print(json ? json(state) : StatusText.line(state));
      }
    }
  }

  /** The terminal is drawn by another thread than the one that waits for Kafka. */
  private void draw(QueueState first, QueueWatch watch, StatusScreen opened) throws IOException {
    AtomicReference<QueueState> newest = new AtomicReference<>(first);
    AtomicReference<@Nullable KafkaException> failure = new AtomicReference<>();
    Thread watching =
        new Thread(
            () -> {
              try {
                while (!Thread.currentThread().isInterrupted()) {
                  newest.set(watch.next(POLL));
                }
              } catch (InterruptException e) {
                // It is at its end.
                return;
              } catch (KafkaException e) {
                failure.set(e);
              }
            },
            "qsde-status");
    watching.setDaemon(true);
    watching.start();
    try (opened) {
      opened.run(
          () -> {
            KafkaException failed = failure.get();
            if (failed != null) {
              throw failed;
            }
            return newest.get();
          });
    } finally {
      screen = null;
      watching.interrupt();
      join(watching);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  static String json(QueueState state) throws IOException {
    StringWriter line = new StringWriter();
    try (JsonGenerator object = JSON.createGenerator(line)) {
      object.writeStartObject();
      object.writeNumberField("queued", state.queued());
      object.writeNumberField("running", state.running());
      object.writeNumberField("done", state.done());
      object.writeNumberField("alreadyThere", state.alreadyThere());
      object.writeNumberField("failed", state.failed());
      object.writeNumberField("bytes", state.bytes());
      object.writeNumberField("bytesPerSecond", state.bytesPerSecond());
      object.writeArrayFieldStart("workers");
      for (QueueState.Worker worker : state.workers()) {
        object.writeStartObject();
        object.writeStringField("worker", worker.name());
        object.writeNumberField("running", worker.running());
        object.writeNumberField("bytesPerSecond", worker.bytesPerSecond());
        object.writeNumberField("done", worker.done());
        object.writeNumberField("failed", worker.failed());
        Duration silent = worker.silent();
        object.writeNumberField("silentSeconds", silent == null ? 0 : silent.toSeconds());
        object.writeEndObject();
      }
      object.writeEndArray();
      object.writeEndObject();
    }
    return line.toString();
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private void tell(String line) {
    String told = "qsde: " + SafeText.strip(line);
    StatusScreen opened = screen;
    if (opened != null) {
      opened.say(told);
    } else {
      PrintWriter err = spec.commandLine().getErr();
      err.println(told);
      err.flush();
    }
  }
}
