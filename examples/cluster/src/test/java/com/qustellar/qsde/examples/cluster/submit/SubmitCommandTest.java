package com.qustellar.qsde.examples.cluster.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.FailureLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SubmitCommandTest {

  private static final String SHA256 = "sha256:" + "0".repeat(64);

  @TempDir Path dir;
  private final TestQueue queue = new TestQueue();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void close() {
    queue.close();
  }

  private int submit(String list, String... more) throws IOException {
    Path file = dir.resolve("list");
    Files.writeString(file, list);
    List<String> args =
        List.of(
            "-i", file.toString(), "--brokers", queue.address(), "--queue", queue.topics().name());
    return new CommandLine(new SubmitCommand())
        .setErr(new PrintWriter(err))
        .execute(Stream.concat(args.stream(), Arrays.stream(more)).toArray(String[]::new));
  }

  @Test
  void aListBecomesRequests() throws IOException {
    int code =
        submit(
            """
            http://a/x/1.bin\thttp://b/1
             checksum=%s
             header=Cookie: c
            http://a/2?q
            http://a/3
             dir=s3://bucket/in
             out=ö/3
            """
                .formatted(SHA256),
            "-d",
            "some/where");

    assertThat(code).isZero();
    List<Job> jobs = queue.jobs(3);
    assertThat(jobs)
        .extracting(Job::target)
        .containsExactly("some/where/1.bin", "some/where/2", "s3://bucket/in/ö/3");
    assertThat(jobs.get(0).uri()).hasToString("http://a/x/1.bin");
    assertThat(jobs.get(0).mirrors()).singleElement().hasToString("http://b/1");
    assertThat(jobs.get(0).checksum()).hasToString(SHA256);
    assertThat(jobs.get(0).headers()).isEqualTo(Map.of("Cookie", "c"));
    assertThat(jobs)
        .extracting(job -> job.id().replaceAll(".*-", ""))
        .containsExactly("1", "4", "5");
    assertThat(err.toString()).startsWith("3 requests are in the queue");
  }

  @Test
  void aMetalinkAndAFailuresFileAreTakenAsWell() throws IOException {
    submit(
        "\uFEFF<metalink xmlns='urn:ietf:params:xml:ns:metalink'><file name='../a/b'>"
            + "<size>7</size><url>http://a/b</url></file></metalink>");
    String failure =
        "{\"uri\":\"http://a/c\",\"file\":\"/home/me/c\",\"totalBytes\":8,\"checksum\":\""
            + SHA256
            + "\"}\n";
    submit(failure.repeat(2)); // of what has been read nothing is remembered

    List<Job> jobs = queue.jobs(3);
    assertThat(jobs).extracting(Job::target).containsExactly("a/b", "c", "c");
    assertThat(jobs).extracting(job -> job.totalBytes().orElse(-1)).containsExactly(7L, 8L, 8L);
    assertThat(jobs.get(1).checksum()).hasToString(SHA256);
  }

  /** As {@code qsde get --max-bytes 9 --failures} has written it, and a program that set more. */
  @Test
  void theBoundsOfAFailureGoWithIt() throws Exception {
    Path failures = dir.resolve("failures.jsonl");
    DownloadRequest request =
        DownloadRequest.of("http://a/c", dir.resolve("c"))
            .withConnections(1)
            .withMaxBytes(9)
            .withBytesPerSecond(10);
    FailureLog.open(failures)
        .record(
            new DownloadOutcome.Failed(
                request, new DownloadException.TooLarge(request.uri(), null, 9, null)))
        .block();

    submit(Files.readString(failures));

    DownloadRequest asked = queue.jobs(1).get(0).request();
    assertThat(asked.connections()).isEqualTo(1);
    assertThat(asked.maxBytes()).isEqualTo(9);
    assertThat(asked.bytesPerSecond()).isEqualTo(10);
  }

  @Test
  void aFailureThatCantBeTakenCostsNoOther() throws IOException {
    int code =
        submit(
            """
            {"uri":"http://a/1","file":"/x/1"}
            {"uri":"ftp://a/2","file":"/x/2"}
            {"uri":"http://a/3","file":"/x/3","maxBytes":"many"}
            {"uri":"http://a/4","fi
            {"uri":"http://a/5","file":"/x/5"}
            """);

    assertThat(code).isEqualTo(1);
    assertThat(queue.jobs(2)).extracting(Job::target).containsExactly("1", "5");
    assertThat(err.toString())
        .contains("line 2: ftp://a/2")
        .contains("line 3: http://a/3")
        .contains("2 lines could not be taken");
  }

  @Test
  void aFileOfAMetalinkThatCantBeTakenCostsNoOther() throws IOException {
    int code =
        submit(
            """
            <metalink xmlns='urn:ietf:params:xml:ns:metalink'>
            <file name='a'><url>http:///</url></file>
            <file name='b'><url>ftp://a/b</url></file>
            <file name='c'><url>http://a/c</url></file>
            </metalink>
            """);

    assertThat(code).isEqualTo(1);
    assertThat(queue.jobs(1)).extracting(Job::target).containsExactly("c");
    assertThat(err.toString())
        .contains("line 2: http:///")
        .contains("line 3: b has no http or https URL")
        .contains("2 lines could not be taken");
  }

  @Test
  void aLineThatCantBeTakenIsToldWithItsNumber() throws IOException {
    int code =
        submit(
            """
            http://a/1
             out=../x
            http://a/2
             what=ever
            ftp://a/3
            http://a/4
            http://a/5
             dir=s3://B
            http://a/6
             dir=/tmp
            """);

    assertThat(code).isEqualTo(1);
    assertThat(queue.jobs(1)).extracting(Job::target).containsExactly("4");
    assertThat(err.toString())
        .contains("line 1: no worker takes the target ../x")
        .contains("line 4: the option what is not known")
        .contains("line 5: ")
        .contains("line 7: no worker takes the target s3://B")
        .contains("line 9: no worker takes the target /tmp/6")
        .contains("5 lines could not be taken");
  }

  @Test
  void aListOfNonsenseIsNotToldLineByLine() throws IOException {
    submit(String.join("\n", IntStream.range(0, 1000).mapToObj(i -> "nonsense " + i).toList()));

    assertThat(err.toString().lines()).hasSizeLessThan(30);
    assertThat(err.toString()).contains("1,000 lines could not be taken");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no named pipes there")
  void aListMayComeFromAPipe() throws Exception {
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Process writer = new ProcessBuilder("sh", "-c", "echo http://a/1 > '" + pipe + "'").start();
    int code =
        new CommandLine(new SubmitCommand())
            .setErr(new PrintWriter(err))
            .execute(
                "-i", pipe.toString(),
                "--brokers", queue.address(),
                "--queue", queue.topics().name());

    assertThat(code).as(err.toString()).isZero();
    assertThat(writer.waitFor()).isZero();
    assertThat(queue.jobs(1)).extracting(Job::target).containsExactly("1");
  }

  @Test
  void helpWrapsItsOwnLines() {
    StringWriter out = new StringWriter();
    new CommandLine(new SubmitCommand()).setOut(new PrintWriter(out)).usage(new PrintWriter(out));
    assertThat(out.toString()).doesNotContainPattern("\\R {28}\\S.*\\R {26}\\S");
  }

  /** Before any broker is asked: there is none. */
  @Test
  void aListThatIsNotThereIsTold() {
    int code =
        new CommandLine(new SubmitCommand())
            .setErr(new PrintWriter(err))
            .execute("-i", dir.resolve("none").toString(), "--brokers", "127.0.0.1:1");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("none");
  }
}
