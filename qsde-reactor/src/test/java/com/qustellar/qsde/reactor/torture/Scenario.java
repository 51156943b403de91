package com.qustellar.qsde.reactor.torture;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a seed means for one download: a file, how it is asked for, and what its origin does to each
 * answer.
 *
 * <p>Which request comes first is left to chance when there are several connections. So a fault
 * hangs on where its range begins and how often that part of the file has been asked for: what the
 * others do meanwhile makes no difference.
 */
final class Scenario {

  static final List<Long> SEGMENT_SIZES =
      List.of(64L << 10, 100_000L, 256L << 10, (long) Limits.AUTO);

  private static final int CELL = 64 << 10;
  private static final int LARGEST = 3 << 20;

  /** Faults of one cell that follow each other, where they have an end. */
  private static final int MOST_FAULTS = 2;

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  private final long seed;
  private final Body file;
  private final Resource before;
  private final Resource after;
  private final boolean chunked;
  private final boolean digestKnown;
  private final boolean digestComputed;
  private final int connections;
  private final double badness;
  private final boolean endless;
  private final long segmentSize;

  // Guarded by this.
  private final Map<Long, Integer> asked = new HashMap<>();
  private final List<String> log = new ArrayList<>();
  private boolean healed;
  private boolean fatal;
  private boolean changed;

  Scenario(long seed) {
    this(seed, Long.MAX_VALUE);
  }

  /**
   * Makes one.
   *
   * @param longest the most bytes of the file
   */
  Scenario(long seed, long longest) {
    this(seed, random -> Body.random(seed, Math.min(longest, length(random))));
  }

  /**
   * Makes one.
   *
   * @param file what there is at first
   */
  Scenario(long seed, Body file) {
    this(seed, unused -> file);
  }

  private Scenario(long seed, Function<Random, Body> some) {
    this.seed = seed;
    Random random = Torture.random(seed);
    file = some.apply(random);
    boolean ranges = random.nextInt(10) < 8;
    int validators = random.nextInt(4);
    before = resource(file, ranges, validators);
    // Another length: where there are no validators nothing else tells one file from the other.
    after =
        resource(Body.random(~seed, file.length() + 1 + random.nextInt(5000)), ranges, validators);
    chunked = !ranges && random.nextBoolean();
    digestKnown = random.nextInt(3) == 0;
    digestComputed = random.nextInt(3) == 0;
    connections = 1 + random.nextInt(6);
    badness = random.nextInt(4) * 0.2;
    endless = random.nextInt(20) == 0;
    segmentSize = Torture.any(SEGMENT_SIZES, random);
  }

  private static long length(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(3);
      case 1 -> random.nextInt(CELL);
      case 2 -> CELL * (1L + random.nextInt(8)) - 1 + random.nextInt(3);
      case 3, 4 -> random.nextInt(LARGEST);
      default -> random.nextInt(LARGEST / 8);
    };
  }

  private static Resource resource(Body body, boolean ranges, int validators) {
    Resource resource = Resource.of(body);
    Resource validated =
        switch (validators) {
          case 0 -> resource.withoutValidators();
          case 1 -> resource.withEtag("W/\"%d\"".formatted(body.length()));
          default -> resource;
        };
    return ranges ? validated : validated.withoutRanges();
  }

  /** Returns the number of bytes that a segment has. */
  long segmentSize() {
    return segmentSize;
  }

  DownloadRequest request(URI uri, Path target) {
    DownloadRequest request =
        DownloadRequest.of(uri, target)
            .withConnections(connections)
            .withRetryPolicy(
                endless
                    ? RetryPolicy.defaults().withMaxAttempts(4)
                    // A machine that has no time for a test makes stalls, which count as well.
                    : RetryPolicy.defaults().withMaxAttempts(HttpStatus.class, 20));
    if (digestKnown) {
      return request.withChecksum("sha256:" + file.sha256());
    }
    return digestComputed ? request.withComputedChecksum(HashAlgorithm.SHA256) : request;
  }

  /** Answers a request, correctly or not. */
  synchronized Reply answer(RecordedRequest request) {
    Matcher range = RANGE.matcher(request.header("Range").orElse("bytes=0-0"));
    if (!range.matches()) {
      throw new IllegalStateException("an odd range: " + request);
    }
    long from = Long.parseLong(range.group(1));
    int count = asked.merge(from / CELL, 1, Integer::sum);
    Random random = Torture.random(seed, from / CELL, count);
    boolean bad = random.nextDouble() < badness && (endless || count <= MOST_FAULTS) && !healed;
    Reply correct = correct(request);
    if (!bad) {
      return correct;
    }
    Fault fault = Fault.any(random);
    if (fault.needsPart() && correct.status() != 206) {
      return correct;
    }
    if (fault == Fault.SURPLUS && chunked) {
      // There is no length that it could go beyond.
      return correct;
    }
    if (fault == Fault.CHANGED && !changed) {
      changed = true;
      fatal |= digestKnown;
      correct = correct(request);
    }
    fatal |= fault.mayBeFatal(from);
    log.add(from + ": " + fault);
    Body now = current().body();
    long to = Math.min(now.length(), Long.parseLong(range.group(2)) + 1);
    return fault.spoil(new Fault.Asked(correct, now, from, to), random);
  }

  private Resource current() {
    return changed ? after : before;
  }

  private Reply correct(RecordedRequest request) {
    Reply reply = current().reply(request);
    return chunked && reply.status() == 200 ? reply.chunked() : reply;
  }

  /** Answers correctly from now on. */
  synchronized void heal() {
    healed = true;
  }

  /** Returns whether a download may fail of what has been answered. */
  synchronized boolean mayFail() {
    return fatal || endless;
  }

  /** Returns the files of which a download may have one. */
  synchronized List<Body> files() {
    return digestKnown ? List.of(file) : served();
  }

  /** Returns the files that there have been: a stream may have begun with any before its digest. */
  synchronized List<Body> served() {
    return changed ? List.of(file, after.body()) : List.of(file);
  }

  /** Returns whether there can't be a download any more that succeeds. */
  synchronized boolean isLost() {
    return changed && digestKnown;
  }

  @Override
  public synchronized String toString() {
    return "%s%s, %d connections%s, faults at %s"
        .formatted(
            file,
            chunked ? " chunked" : "",
            connections,
            digestKnown ? ", digest known" : digestComputed ? ", digest computed" : "",
            log);
  }
}
