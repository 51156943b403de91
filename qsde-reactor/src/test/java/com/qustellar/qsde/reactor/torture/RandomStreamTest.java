package com.qustellar.qsde.reactor.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;

/**
 * Servers that do anything to anything, and subscribers that ask as they like: what a stream has
 * sent is always the beginning of one version of the file, and all of it where it completes.
 */
class RandomStreamTest {

  private static final int SAMPLE = 100;

  private final Engines engines = new Engines();
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final Map<String, Scenario> scenarios = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    engines.close();
    origin.close();
  }

  @Test
  void whatIsSentIsTheBeginningOfOneVersion() {
    origin.onEvery(
        (RecordedRequest request, Reply unknown) -> {
          Scenario scenario = scenarios.get(request.path());
          // A request may still be on its way when its stream has ended.
          return scenario == null ? unknown : scenario.answer(request);
        });
    new Torture(RandomStreamTest.class).seeds(SAMPLE, this::stream);
  }

  private String stream(long seed) {
    Scenario scenario = new Scenario(seed);
    scenarios.put("/" + seed, scenario);
    try {
      DownloadRequest request =
          scenario.request(origin.uri("/" + seed), Path.of("not used")).withId(Long.toString(seed));
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      Flux<ByteBuffer> body = engines.of(scenario.segmentSize()).stream(request);
      Signal<Long> end = read(body, sent, random(seed)).materialize().block(Torture.LIMIT);
      byte[] bytes = sent.toByteArray();
      boolean ended = end.hasValue() && !isCut(random(seed));
      assertThat(ended ? scenario.files() : scenario.served())
          .as("%s", end)
          .anyMatch(file -> begins(file, bytes, ended));
      if (end.hasValue()) {
        return ended ? "completed" : "cut";
      }
      assertThat(end.getThrowable())
          .isInstanceOf(DownloadException.class)
          .isNotInstanceOf(DownloadException.Unexpected.class);
      return end.getThrowable().getClass().getSimpleName();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + scenario, e);
    } finally {
      scenarios.remove("/" + seed);
    }
  }

  /** Of seeds in a row the first numbers would be much the same. */
  private static Random random(long seed) {
    return new Random(seed * 0x9E3779B97F4A7C15L);
  }

  private static boolean isCut(Random random) {
    return random.nextInt(4) == 0;
  }

  private static Mono<Long> read(Flux<ByteBuffer> body, ByteArrayOutputStream to, Random random) {
    boolean cut = isCut(random);
    Flux<ByteBuffer> asked = body.limitRate(1 + random.nextInt(8));
    return (cut ? asked.take(1 + random.nextInt(20)) : asked)
        .doOnNext(bytes -> to.write(bytes.array(), bytes.arrayOffset(), bytes.remaining()))
        .count();
  }

  private static boolean begins(Body file, byte[] bytes, boolean whole) {
    return (whole ? file.length() == bytes.length : file.length() >= bytes.length)
        && Arrays.equals(file.slice(0, bytes.length).bytes(), bytes);
  }
}
