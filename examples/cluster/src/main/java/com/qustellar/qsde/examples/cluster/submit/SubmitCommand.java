package com.qustellar.qsde.examples.cluster.submit;

import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.KafkaOptions;
import com.qustellar.qsde.examples.cluster.queue.Queue;
import com.qustellar.qsde.internal.http.SafeText;
import com.qustellar.qsde.internal.progress.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts the downloads of a list into the queue. */
@Command(
    name = "submit",
    description = "Puts the downloads of a list into the queue, however long it is.",
    sortOptions = false)
public final class SubmitCommand implements Callable<Integer> {

  private static final Duration TOLD = Duration.ofSeconds(5);
  private static final int MOST_TOLD = 20;

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-i", "--input-file"},
      paramLabel = "FILE",
      required = true,
      description =
          "The list, - for stdin: what qsde get -i takes. A line that can't be taken is told with "
              + "its number, and the others are put into the queue all the same.")
  String inputFile = "";

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "PREFIX",
      defaultValue = "",
      description =
          "Where the files go: a folder below the workers' directory, or s3://BUCKET/PREFIX. What "
              + "the list says with dir= goes before. Names are those of out=, or of the URLs.")
  String prefix = "";

  @Mixin KafkaOptions kafka = new KafkaOptions();

  private long wrong;
  private long read;
  private long nextTold;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!inputFile.equals("-") && !Files.isReadable(Path.of(inputFile))) {
      throw new ParameterException(
          spec.commandLine(), "--input-file can't read " + inputFile + ": is it there?");
    }
    long begun = System.nanoTime();
    nextTold = begun + TOLD.toNanos();
    Contact contact = new Contact(kafka.brokers(), this::tell);
    new Queue(kafka.clients(), kafka.topics(), contact).open(() -> false);
    try (Submission submission =
        new Submission(kafka.clients(), kafka.topics().jobs(), contact, this::tell)) {
      JobList list =
          new JobList(
              new TargetNames(prefix),
              UUID.randomUUID().toString().substring(0, 8),
              new JobList.Reader() {
                @Override
                public void job(long number, Job job) {
                  submission.add(number, job);
                  count(submission);
                }

                @Override
                public void wrong(String message) {
                  tellWrong(message);
                }
              });
      boolean whole = read(list);
      boolean all = submission.end();
      Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
      print(
          String.format(
              Locale.ROOT,
              "%,d requests are in the queue %s, after %s",
              submission.taken(),
              kafka.topics().name(),
              Figures.elapsed(elapsed)));
      if (wrong > 0) {
        tell(String.format(Locale.ROOT, "%,d lines could not be taken", wrong));
      }
      return whole && all && wrong == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  /** What was read before a list broke off is in the queue. */
  private boolean read(JobList list) {
    try {
      if (inputFile.equals("-")) {
        list.read(System.in);
      } else {
        list.read(Path.of(inputFile));
      }
      return true;
    } catch (IOException e) {
      tell("--input-file can't read " + (inputFile.equals("-") ? "stdin" : inputFile) + ": " + e);
      return false;
    }
  }

  private void count(Submission submission) {
    read++;
    if (read % 1024 == 0 && System.nanoTime() - nextTold > 0) {
      nextTold = System.nanoTime() + TOLD.toNanos();
      print(String.format(Locale.ROOT, "%,d requests so far", submission.taken()));
    }
  }

  /** A list of another kind may be wrong from its first line to its last. */
  private void tellWrong(String message) {
    wrong++;
    if (wrong <= MOST_TOLD) {
      tell(message);
    } else if (wrong == MOST_TOLD + 1) {
      tell("and more, which are counted only");
    }
  }

  private void tell(String line) {
    print("qsde: " + line);
  }

  private void print(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(SafeText.strip(line));
    err.flush();
  }
}
