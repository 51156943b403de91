package com.qustellar.qsde.examples.cluster.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.LeakExtension;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

@ExtendWith(LeakExtension.class)
class DirectoryTargetTest {

  private static final int MIB = 1 << 20;
  private static final Duration LONGEST = Duration.ofSeconds(20);

  @TempDir Path dir;

  private static final Body LARGE = Body.random(1, 16 * MIB);

  private final DemoOrigin origin = new DemoOrigin();
  private final ScriptedOrigin halting = ScriptedOrigin.start();
  private final CountDownLatch rest = new CountDownLatch(1);
  private final DownloadEngine engine =
      DownloadEngine.builder()
          .limits(Limits.defaults().withConnectionsPerDownload(2).withSegmentSize(MIB))
          .build();
  private DirectoryTarget store;

  @BeforeEach
  void open() throws IOException {
    store = DirectoryTarget.open(dir, engine);
  }

  @AfterEach
  void close() {
    engine.close();
    origin.close();
    halting.close();
  }

  private Job job(DemoFile file) {
    return Job.of(file.name(), origin.serve(file), "a/b/" + file.name());
  }

  /** Returns a job of which the first delivery gets half, until the rest is let go. */
  private Job halting(String name) {
    String path = "/" + name;
    halting.serve(path, LARGE);
    halting.on(path).requests(9, 10).answer(reply -> reply.stallAfter(1000, rest));
    return Job.of(name, halting.uri(path), "a/b/" + name)
        .withChecksum(Checksum.parse("sha256:" + LARGE.sha256()));
  }

  private boolean halfHasCome() {
    return engine.downloads().stream()
        .anyMatch(download -> download.latest().bytesReceived() > 8 * MIB);
  }

  private long sentHalting() {
    return halting.requests().stream().mapToLong(RecordedRequest::bodyBytesSent).sum();
  }

  private Stored store(Job job) {
    return store.store(job, job.request()).block(LONGEST);
  }

  private Path work() {
    return dir.resolve("a/b/.qsde");
  }

  @Test
  void putsAFileInItsPlaceAndLeavesNothingElse() throws IOException {
    DemoFile file = DemoFile.of("small", 1000);
    Stored stored = store(job(file));

    assertThat(stored).isEqualTo(new Stored(1000, 1000, file.sha256(), false, 0));
    try (Stream<Path> there = Files.list(dir.resolve("a/b"))) {
      assertThat(there).containsExactly(dir.resolve("a/b/small"));
    }
  }

  @Test
  void aDeliveryThatGetsNothingLeavesNothing() {
    halting.on("/none").answer(Reply.status(404));
    Job job = Job.of("none", halting.uri("/none"), "a/b/none");

    assertThatThrownBy(() -> store(job)).isInstanceOf(DownloadException.HttpStatus.class);
    assertThat(work()).doesNotExist();
  }

  @Test
  void anotherDeliveryCostsACheckOfTheDigest() {
    DemoFile file = DemoFile.of("twice", 9 * MIB);
    Job job = job(file).withChecksum(file.sha256());
    store(job);
    long sent = origin.bytesSent();

    assertThat(store(job)).isEqualTo(new Stored(file.size(), 0, file.sha256(), true, 0));
    assertThat(origin.bytesSent()).isEqualTo(sent);
    assertThat(work()).doesNotExist();
  }

  @Test
  void withoutADigestTheLengthIsCompared() {
    DemoFile file = DemoFile.of("twice", 9 * MIB);
    store(job(file));
    long sent = origin.bytesSent();

    assertThat(store(job(file.paced(MIB)))).isEqualTo(new Stored(file.size(), 0, null, true, 0));
    assertThat(origin.bytesSent() - sent).isLessThan(file.size() / 2);
  }

  @Test
  void aFileOfAnotherLengthThanTheExpectedOneGetsNoPlace() {
    Job job = job(DemoFile.of("longer", 1000)).withTotalBytes(999);

    assertThatThrownBy(() -> store(job)).isInstanceOf(DownloadException.InvalidResponse.class);
    assertThat(dir.resolve("a/b/longer")).doesNotExist();
  }

  @Test
  void theExpectedLengthIsComparedWithWhatIsThere() throws IOException {
    Job job = job(DemoFile.of("longer", 1000)).withTotalBytes(999);
    Path there = Files.createDirectories(dir.resolve("a/b")).resolve("longer");
    Files.write(there, new byte[999]);

    assertThat(store(job)).isEqualTo(new Stored(999, 0, null, true, 0));
    Files.write(there, new byte[1000]);
    refused(job, Reason.EXISTS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsThereAndOfAnotherKindStays(boolean digest) throws IOException {
    DemoFile file = DemoFile.of("other", 1000);
    Job job = digest ? job(file).withChecksum(file.sha256()) : job(file);
    Path there = Files.createDirectories(dir.resolve("a/b")).resolve("other");
    Files.writeString(there, "somebody's");

    refused(job, Reason.EXISTS);
    assertThat(there).hasContent("somebody's");
  }

  @Test
  void ofDeliveriesAtOnceTheFirstWholeFileWins() throws IOException {
    DemoFile file = DemoFile.of("raced", 6 * MIB).paced(8 * MIB);
    Job job = job(file).withChecksum(file.sha256());
    List<Stored> all =
        Flux.range(0, 6).flatMap(i -> store.store(job, job.request())).collectList().block(LONGEST);

    assertThat(all).filteredOn(stored -> !stored.alreadyThere()).hasSize(1);
    assertThat(all).extracting(Stored::checksum).containsOnly(file.sha256());
    assertThat(work()).doesNotExist();
  }

  @Test
  void takesOverWhatACancelledDeliveryHasLeft() throws IOException {
    Job job = halting("large");
    interrupt(job);
    await(this::hasJournal);
    long sent = sentHalting();
    Stored stored = store(job);

    assertThat(stored.fetched()).isLessThan(LARGE.length() - 4 * MIB);
    assertThat(sentHalting() - sent).isLessThan(LARGE.length() - 4 * MIB);
    assertThat(work()).doesNotExist();
  }

  @Test
  void neverTouchesThePartOfADeliveryThatMayStillBeRunning() throws IOException {
    Job job = halting("stopped");
    Disposable stopped = store.store(job, job.request()).subscribe();
    await(this::halfHasCome);
    await(this::hasJournal);
    Path part = files(".qsde-part").get(0);
    Object identity = Files.getAttribute(part, "unix:ino");
    Disposable second = store.store(job, job.request()).subscribe();
    await(() -> files(".qsde-part").size() == 2 || second.isDisposed());

    if (Files.exists(part)) {
      assertThat(Files.getAttribute(part, "unix:ino")).isEqualTo(identity);
    }
    rest.countDown();
    await(() -> second.isDisposed() && stopped.isDisposed());
    assertThat(work()).doesNotExist();
    assertThat(store(job).alreadyThere()).isTrue();
  }

  @Test
  void whatAPartHoldsIsFetchedAgainWhereItsChecksumDiffers() throws IOException {
    Job job = halting("spoilt");
    interrupt(job);
    await(this::hasJournal);
    Files.write(files(".qsde-part").get(0), new byte[6 * MIB]);

    assertThat(store(job).checksum()).isEqualTo(job.checksum());
  }

  @Test
  void discardLeavesNothing() throws IOException {
    Job job = halting("given-up");
    interrupt(job);
    await(this::hasJournal);
    store.discard(job).block(LONGEST);

    assertThat(work()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../out",
        "a/../../out",
        "/etc/out",
        "a//b",
        "",
        ".",
        "a/./b",
        "c:/out",
        "a\\b",
        "a/\0b",
        ".qsde/x",
        "a/.QSDE/x",
        "a/"
      })
  void refusesATargetThatLeadsElsewhere(String target) {
    Job job = Job.of("id", origin.serve(DemoFile.of("f", 10)), target);
    refused(job, Reason.NAME_REFUSED);
    assertThat(origin.bytesSent()).isZero();
  }

  @Test
  void refusesToGoThroughALink(@TempDir Path elsewhere) throws IOException {
    Files.createSymbolicLink(dir.resolve("link"), elsewhere);
    Job job = Job.of("id", origin.serve(DemoFile.of("f", 10)), "link/f");
    refused(job, Reason.SYMBOLIC_LINK);
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void refusesALinkInPlaceOfTheTarget(@TempDir Path elsewhere) throws IOException {
    Files.createSymbolicLink(dir.resolve("f"), elsewhere.resolve("f"));
    Job job = Job.of("id", origin.serve(DemoFile.of("f", 10)), "f");
    refused(job, Reason.EXISTS);
    assertThat(elsewhere).isEmptyDirectory();
  }

  private void refused(Job job, Reason reason) {
    assertThatThrownBy(() -> store(job))
        .isInstanceOfSatisfying(
            FileAccess.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }

  /** Cancels a delivery of which half has come. */
  private void interrupt(Job job) {
    Disposable running = store.store(job, job.request()).subscribe();
    await(this::halfHasCome);
    running.dispose();
    await(() -> engine.downloads().isEmpty());
  }

  private boolean hasJournal() {
    return files(".qsde-journal").stream().anyMatch(file -> file.toFile().length() > 300);
  }

  private List<Path> files(String suffix) {
    if (!Files.isDirectory(work())) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(work())) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // one has gone meanwhile
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
