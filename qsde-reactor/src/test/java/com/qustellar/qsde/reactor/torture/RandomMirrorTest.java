package com.qustellar.qsde.reactor.torture;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Signal;

/**
 * One file at two to four places, some of which have another one, or none, and all of which do
 * anything to anything: every download ends, with one whole file, and where a digest tells which
 * and one place is sound, with that.
 */
class RandomMirrorTest {

  private static final int SAMPLE = 60;
  private static final int ORIGINS = 3;
  private static final int LARGEST = 2 << 20;

  @TempDir Path dir;
  private final Engines engines = new Engines();
  private final List<ScriptedOrigin> origins =
      Stream.generate(ScriptedOrigin::start).limit(ORIGINS).toList();
  private final Map<String, Place> places = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    engines.close();
    origins.forEach(ScriptedOrigin::close);
  }

  /** What is to be had at a place. */
  private enum Kind {
    /** The file. */
    RIGHT,
    /** Another file, of another length. */
    LONGER,
    /** Another file, which nothing but a digest tells. */
    FORGED,
    /** Nothing. */
    GONE
  }

  /** What is at one place, and what it does to each answer. */
  private static final class Place {
    final Kind kind;
    final Scenario scenario;
    final Scenario right;
    private volatile boolean healed;

    Place(long seed, int index, Body file, boolean digestKnown) {
      Random random = Torture.random(seed, index);
      kind = any(random, digestKnown);
      right = new Scenario(random.nextLong(), file);
      scenario =
          switch (kind) {
            case LONGER ->
                new Scenario(
                    random.nextLong(), Body.random(~seed - index, file.length() + 1 + index));
            case FORGED ->
                new Scenario(random.nextLong(), Body.random(~seed - index, file.length()));
            default -> right;
          };
    }

    private static Kind any(Random random, boolean digestKnown) {
      return switch (random.nextInt(8)) {
        case 0 -> Kind.LONGER;
        case 1 -> digestKnown ? Kind.FORGED : Kind.RIGHT;
        case 2 -> Kind.GONE;
        default -> Kind.RIGHT;
      };
    }

    Reply answer(RecordedRequest request) {
      if (healed) {
        return right.answer(request);
      }
      return kind == Kind.GONE ? Reply.status(404).body(Body.of("no")) : scenario.answer(request);
    }

    void heal() {
      healed = true;
      right.heal();
    }

    /** Whether there is the right file, and nothing that was done to it ends a download. */
    boolean isSound() {
      return kind == Kind.RIGHT && !scenario.mayFail() && scenario.served().size() == 1;
    }

    /** Whether another file has come into the right one's place, for good. */
    boolean isLost() {
      return right.served().size() > 1;
    }

    Stream<Body> files() {
      Stream<Body> bad = kind == Kind.GONE ? Stream.of() : scenario.served().stream();
      return healed ? Stream.concat(bad, right.served().stream()) : bad;
    }

    @Override
    public String toString() {
      return kind + " " + (kind == Kind.GONE ? "" : scenario);
    }
  }

  @Test
  void everyDownloadEndsInOneWholeFileOrTellsWhyThereIsNone() {
    origins.forEach(origin -> origin.onEvery(this::answer));
    new Torture(RandomMirrorTest.class).seeds(SAMPLE, this::download);
  }

  private Reply answer(RecordedRequest request, Reply unknown) {
    Place place = places.get(request.path());
    // A request may still be on its way when its download has ended.
    return place == null ? unknown : place.answer(request);
  }

  private String download(long seed) throws IOException {
    Path target = Files.createDirectory(dir.resolve(Long.toString(seed))).resolve("target");
    Random random = Torture.random(seed);
    Body file = Body.random(seed, random.nextInt(random.nextBoolean() ? LARGEST : LARGEST / 16));
    boolean digestKnown = random.nextInt(3) > 0;
    List<Place> all =
        IntStream.range(0, 2 + random.nextInt(3))
            .mapToObj(i -> new Place(seed, i, file, digestKnown))
            .toList();
    List<URI> uris =
        IntStream.range(0, all.size())
            .mapToObj(i -> origins.get(i % ORIGINS).uri("/" + seed + "-" + i))
            .toList();
    IntStream.range(0, all.size()).forEach(i -> places.put(uris.get(i).getPath(), all.get(i)));
    try {
      DownloadRequest request =
          DownloadRequest.of(uris.get(0), target)
              .withMirrors(uris.subList(1, uris.size()))
              .withConnections(1 + random.nextInt(6))
              // A machine that has no time for a test makes stalls, which count as well.
              .withRetryPolicy(RetryPolicy.defaults().withMaxAttempts(HttpStatus.class, 20));
      DownloadRequest asked =
          digestKnown ? request.withChecksum("sha256:" + file.sha256()) : request;
      DownloadEngine engine = engines.of(Torture.any(Scenario.SEGMENT_SIZES, random));
      Signal<DownloadResult> end = engine.download(asked).materialize().block(Torture.LIMIT);
      if (end.hasValue()) {
        check(end.get(), digestKnown, file, all);
        return "succeeded";
      }
      DownloadException failure = (DownloadException) end.getThrowable();
      assertThat(failure).isNotInstanceOf(DownloadException.Unexpected.class);
      boolean sound =
          digestKnown
              ? all.stream().anyMatch(Place::isSound)
              : all.stream().allMatch(Place::isSound);
      // Where time flies, a machine that is busy may let any place seem silent.
      List<Throwable> failures = withAllUnderIt(failure).toList();
      if (failures.stream().noneMatch(DownloadException.Timeout.class::isInstance)) {
        assertThat(sound).as("sound, but: %s", failures).isFalse();
      }
      Leftovers.assertNoneOrResumable(target);
      all.forEach(Place::heal);
      if (digestKnown && all.stream().allMatch(Place::isLost)) {
        return "lost everywhere";
      }
      check(engine.download(asked).block(Torture.LIMIT), digestKnown, file, all);
      return failure.getClass().getSimpleName();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + all, e);
    } finally {
      uris.forEach(uri -> places.remove(uri.getPath()));
      Leftovers.delete(target.getParent());
    }
  }

  private static Stream<Throwable> withAllUnderIt(Throwable failure) {
    return Stream.concat(
        Stream.of(failure),
        Stream.of(failure.getSuppressed()).flatMap(RandomMirrorTest::withAllUnderIt));
  }

  private static void check(DownloadResult result, boolean digestKnown, Body file, List<Place> all)
      throws IOException {
    Leftovers.assertOnly(result.target());
    Body one =
        digestKnown
            ? file
            : all.stream()
                .flatMap(Place::files)
                .filter(body -> body.length() == result.bytes())
                .findFirst()
                .orElseThrow(() -> new AssertionError("a file of " + result.bytes() + " bytes"));
    assertHolds(result.target(), one);
  }
}
