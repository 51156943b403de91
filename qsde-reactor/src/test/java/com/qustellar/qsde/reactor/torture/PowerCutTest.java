package com.qustellar.qsde.reactor.torture;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.journal.Crc32c;
import com.qustellar.qsde.internal.journal.ResumeJournal;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Simulated power cuts: nothing is forced while a download runs, so any subset of what was written
 * to part file and journal may be lost, each on its own; and a commit may have come as far as any
 * of its steps.
 */
@KeepsPartFiles
class PowerCutTest {

  private static final int BLOCK = 4096;
  private static final int SEGMENT = 64 << 10;
  private static final String NEXT = "Next-Run";
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  @TempDir Path dir;
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private DownloadEngine engine;

  /** The one after the power cut: no connection is left to it that a cancel may close. */
  private DownloadEngine next;

  @BeforeEach
  void start() {
    engine = engine();
    next = engine();
  }

  private static DownloadEngine engine() {
    Limits limits = Limits.defaults().withSegmentSize(SEGMENT).withMaxConcurrentDownloads(64);
    return DownloadEngine.builder()
        .limits(limits.withConnectionsPerHost(256).withWriteBufferSize(16 << 10))
        .build();
  }

  @AfterEach
  void stop() {
    engine.close();
    next.close();
    origin.close();
  }

  @Test
  void whateverIsLostTheNextRunEndsInTheFile() {
    new Torture(PowerCutTest.class).seeds(50, this::cut);
  }

  private String cut(long seed) throws IOException {
    Random random = Torture.random(seed);
    Body body = Body.random(seed, 2L * SEGMENT + random.nextInt(8 * SEGMENT));
    String path = "/" + seed;
    origin.serve(path, body);
    origin.on(path).answer(reply -> reply.inPiecesOf(4000).pacedAt(10_000_000));
    Path target = dir.resolve("file-" + seed);
    Path part = dir.resolve("file-" + seed + ".qsde-part");
    Path journal = dir.resolve("file-" + seed + ".qsde-journal");
    DownloadRequest request = DownloadRequest.of(origin.uri(path), target);
    if (random.nextBoolean()) {
      request = request.withChecksum("sha256:" + body.sha256());
    }

    Download download = engine.submit(request);
    long at = random.nextLong(body.length());
    Torture.await(
        at + " bytes",
        () -> download.latest().bytesReceived() > at || download.latest().state().isTerminal());
    download.dispose();
    download.closed().block(Torture.LIMIT);
    if (Files.exists(target)) {
      // It was whole, or a cut in mid-commit: the second name, and the journal, may still stand.
      boolean named = random.nextBoolean();
      if (random.nextBoolean()) {
        Files.createLink(part, target);
      }
      if (!named) {
        Files.deleteIfExists(target);
      }
      DownloadResult whole = engine.download(request.withOverwrite(true)).block(Torture.LIMIT);
      return end(target, body, whole, "cut at the commit");
    }
    if (!Files.exists(part)) {
      DownloadResult all = engine.download(request).block(Torture.LIMIT);
      return end(target, body, all, "cut before anything was written");
    }
    lose(part, random);
    boolean journalLost = random.nextInt(4) == 0;
    if (journalLost) {
      lose(journal, random);
    }
    long missing = body.length() - covered(part, journal);
    DownloadResult result = next.download(request.withHeader(NEXT, "yes")).block(Torture.LIMIT);
    // Where all is claimed a byte is asked for to hear of the version.
    assertThat(asked(path))
        .as("the bytes asked for, of which %d were missing", missing)
        .isBetween(missing, missing + 1);
    return end(target, body, result, journalLost ? "cut, the journal too" : "cut in the part");
  }

  private String end(Path target, Body body, DownloadResult result, String what)
      throws IOException {
    assertThat(result.bytes()).isEqualTo(body.length());
    assertHolds(target, body);
    Files.delete(target);
    for (String suffix : new String[] {".qsde-part", ".qsde-journal"}) {
      assertThat(dir.resolve(target.getFileName() + suffix)).doesNotExist();
    }
    return what;
  }

  /** Returns how many bytes the next run asked for; the origin may hear late of the one before. */
  private long asked(String path) {
    return origin.requests(path).stream()
        .filter(request -> request.header(NEXT).isPresent())
        .map(request -> RANGE.matcher(request.header("Range").orElseThrow()))
        .filter(Matcher::matches)
        .mapToLong(range -> Long.parseLong(range.group(2)) + 1 - Long.parseLong(range.group(1)))
        .sum();
  }

  /** Any of its blocks may be as it was before: zeros, or behind the end. */
  private static void lose(Path file, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int blocks = (bytes.length + BLOCK - 1) / BLOCK;
    int one = random.nextInt(3) == 0 ? random.nextInt(Math.max(1, blocks)) : -1;
    for (int block = 0; block < blocks; block++) {
      if (one < 0 ? random.nextInt(8) == 0 : block == one) {
        Arrays.fill(bytes, block * BLOCK, Math.min(bytes.length, (block + 1) * BLOCK), (byte) 0);
      }
    }
    boolean shorter = random.nextInt(3) == 0;
    Files.write(file, shorter ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes);
  }

  /** Returns how many bytes stand as the journal claims. */
  private static long covered(Path part, Path journal) throws IOException {
    Optional<ResumeJournal> read = ResumeJournal.read(Files.readAllBytes(journal));
    byte[] bytes = Files.readAllBytes(part);
    RangeSet covered = new RangeSet();
    if (read.isPresent()) {
      for (Claim claim : read.get().claims()) {
        ByteRange range = claim.range();
        if (range.endExclusive() <= bytes.length
            && Crc32c.of(ByteBuffer.wrap(bytes, (int) range.start(), (int) range.length()))
                == claim.crc()) {
          covered.add(range);
        }
      }
    }
    return covered.coveredBytes();
  }
}
