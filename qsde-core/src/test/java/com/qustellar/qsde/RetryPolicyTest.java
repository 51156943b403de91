package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.ConnectionLost;
import com.qustellar.qsde.DownloadException.DiskFull;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.SourceUnavailable;
import com.qustellar.qsde.DownloadException.Timeout;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RetryPolicyTest {

  private static final URI TARGET = URI.create("https://h/x");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final RetryPolicy DEFAULTS = RetryPolicy.defaults();
  private static final double WHOLE = Math.nextDown(1.0);

  static Stream<DownloadException> connectivity() {
    return Stream.of(
        new ConnectionLost(TARGET, null, null),
        new Timeout(TARGET, null, Timeout.Phase.STALL, null),
        new Timeout(TARGET, null, Timeout.Phase.CONNECT, null),
        new InvalidResponse(TARGET, null, "garbage", true, null));
  }

  static Stream<DownloadException> firstConnect() {
    return Stream.of(
        new ConnectFailed(TARGET, null, null),
        new NameNotResolved(TARGET, null, null),
        new ProxyFailure(TARGET, null, ProxyFailure.Fault.UNREACHABLE, 0, null),
        new ProxyFailure(TARGET, null, ProxyFailure.Fault.LEADS_NOWHERE, 502, null));
  }

  static Stream<DownloadException> boundedByAttempts() {
    return Stream.concat(
        firstConnect(), Stream.of(status(503), new SourceUnavailable(TARGET, null, null)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 200",
    "2, 400",
    "3, 800",
    "4, 1600",
    "8, 25600",
    "9, 30000",
    "60, 30000",
    "2147483646, 30000"
  })
  void doublesUpToTheLongest(int attempt, long millis) {
    assertThat(delay(DEFAULTS.withJitter(0), connectionLost(), attempt))
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 0", "1, 0.5, 500", "0.5, 0, 500", "0.5, 0.5, 750", "0, 0.7, 1000"})
  void leavesPartOfTheWaitToChance(double jitter, double random, long millis) {
    RetryPolicy policy =
        DEFAULTS.withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1)).withJitter(jitter);

    assertThat(policy.delay(connectionLost(), 1, Duration.ZERO, random))
        .contains(Duration.ofMillis(millis));
  }

  @Test
  void takesAnyBackoff() {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    assertThat(
            DEFAULTS
                .withBackoff(Duration.ZERO, Duration.ZERO)
                .delay(connectionLost(), 1_000_000, Duration.ZERO, 0.5))
        .contains(Duration.ZERO);
    assertThat(
            DEFAULTS
                .withBackoff(forever, forever)
                .withJitter(0)
                .delay(status(503), 1, Duration.ZERO, 0.5)
                .orElseThrow())
        .isGreaterThan(Duration.ofDays(100_000));
  }

  @ParameterizedTest
  @MethodSource("connectivity")
  void connectivityIsBoundedByTimeWithoutProgress(DownloadException failure) {
    assertThat(DEFAULTS.delay(failure, 1000, Duration.ofMinutes(4), 0.5)).isPresent();
    assertThat(DEFAULTS.delay(failure, 1, Duration.ofMinutes(5), 0.5)).isEmpty();
    assertThat(DEFAULTS.delay(failure, 1, Duration.ofHours(5), 0.5)).isEmpty();
    assertThat(DEFAULTS.delay(failure, 1000, Duration.ofSeconds(299), WHOLE))
        .as("the last wait ends with the budget")
        .contains(Duration.ofSeconds(1));
    assertThat(DEFAULTS.withMaxAttempts(3).delay(failure, 2, Duration.ZERO, 0.5)).isPresent();
    assertThat(DEFAULTS.withMaxAttempts(3).delay(failure, 3, Duration.ZERO, 0.5)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("boundedByAttempts")
  void fiveAttemptsForStatusesAndAFirstConnect(DownloadException failure) {
    assertThat(DEFAULTS.delay(failure, 4, Duration.ZERO, 0.5)).isPresent();
    assertThat(DEFAULTS.delay(failure, 5, Duration.ZERO, 0.5)).isEmpty();
    assertThat(DEFAULTS.withMaxAttempts(7).delay(failure, 6, Duration.ZERO, 0.5)).isPresent();
    assertThat(DEFAULTS.withMaxAttempts(7).delay(failure, 7, Duration.ZERO, 0.5)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("firstConnect")
  void onceBytesHaveComeALostNetworkIsWaitedFor(DownloadException failure) {
    RetryPolicy policy = DEFAULTS.established();

    assertThat(policy.delay(failure, 500, Duration.ofMinutes(4), 0.5)).isPresent();
    assertThat(policy.delay(failure, 500, Duration.ofMinutes(5), 0.5)).isEmpty();
    assertThat(policy.withMaxAttempts(2).delay(failure, 2, Duration.ZERO, 0.5)).isEmpty();
    assertThat(policy.delay(status(503), 5, Duration.ZERO, 0.5)).isEmpty();
  }

  @Test
  void aKindsNumberGoesBeforeTheGeneralOne() {
    RetryPolicy policy = DEFAULTS.withMaxAttempts(HttpStatus.class, 2).withMaxAttempts(9);

    assertThat(policy.delay(status(503), 1, Duration.ZERO, 0.5)).isPresent();
    assertThat(policy.delay(status(503), 2, Duration.ZERO, 0.5)).isEmpty();
    assertThat(policy.delay(connectionLost(), 8, Duration.ZERO, 0.5)).isPresent();
    assertThat(policy.delay(connectionLost(), 9, Duration.ZERO, 0.5)).isEmpty();
    assertThat(DEFAULTS.withMaxAttempts(DownloadException.class, 9).maxAttempts()).hasValue(9);
  }

  @Test
  void noneNeverRetries() {
    Stream.concat(connectivity(), boundedByAttempts())
        .forEach(
            failure ->
                assertThat(RetryPolicy.none().delay(failure, 1, Duration.ZERO, 0)).isEmpty());
  }

  @Test
  void neverRetriesWhatCannotGetBetter() {
    RetryPolicy policy = DEFAULTS.withMaxAttempts(99).withMaxAttempts(HttpStatus.class, 99);

    assertThat(policy.delay(status(404), 1, Duration.ZERO, 0.5)).isEmpty();
    assertThat(policy.delay(new DiskFull(TARGET, null, 2, 1, null), 1, Duration.ZERO, 0.5))
        .isEmpty();
  }

  @Test
  void aConditionNarrows() {
    RetryPolicy policy = DEFAULTS.withRetryIf(failure -> failure instanceof HttpStatus);

    assertThat(policy.delay(status(503), 1, Duration.ZERO, 0.5)).isPresent();
    assertThat(policy.delay(connectionLost(), 1, Duration.ZERO, 0.5)).isEmpty();
    assertThat(policy.delay(status(404), 1, Duration.ZERO, 0.5)).isEmpty();
  }

  @Test
  void waitsAsLongAsTheServerAsks() {
    assertThat(delay(DEFAULTS, retryAfter(7), 1)).isEqualTo(Duration.ofSeconds(7));
    assertThat(delay(DEFAULTS, retryAfter(60), 1)).isEqualTo(Duration.ofSeconds(60));
    assertThat(DEFAULTS.delay(retryAfter(61), 1, Duration.ZERO, 0.5)).isEmpty();
    assertThat(delay(DEFAULTS.withLongestRetryAfter(Duration.ofMinutes(2)), retryAfter(61), 1))
        .isEqualTo(Duration.ofSeconds(61));
    assertThat(delay(DEFAULTS.withJitter(0), retryAfter(-10), 1))
        .as("a moment that has passed means now, and now means the backoff")
        .isEqualTo(Duration.ofMillis(200));
    assertThat(delay(DEFAULTS.withJitter(0), retryAfter(1), 4))
        .as("never sooner than the backoff")
        .isEqualTo(Duration.ofMillis(1600));
  }

  @Test
  void staysWithinItsBoundsForAnyArguments() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      Duration elapsed = Duration.ofMillis(random.nextInt(400_000));
      DownloadException failure = random.nextBoolean() ? connectionLost() : status(503);
      int attempt = 1 + random.nextInt(12);
      DEFAULTS
          .delay(failure, attempt, elapsed, random.nextDouble())
          .ifPresent(
              wait ->
                  assertThat(wait)
                      .as("seed %d", seed)
                      .isBetween(
                          Duration.ZERO,
                          Duration.ofMillis(Math.min(30_000, 200L << (attempt - 1)))));
    }
  }

  @Test
  void refusesArgumentsOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.delay(connectionLost(), 0, Duration.ZERO, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.delay(connectionLost(), 1, Duration.ofNanos(-1), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.delay(connectionLost(), 1, Duration.ZERO, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withMaxAttempts(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.withMaxAttempts(HttpStatus.class, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withJitter(1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withJitter(Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.withBackoff(Duration.ofNanos(-1), Duration.ofSeconds(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.withBudget(Duration.ofNanos(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.withLongestRetryAfter(Duration.ofNanos(-1)));
  }

  private static Duration delay(RetryPolicy policy, DownloadException failure, int attempt) {
    return policy.delay(failure, attempt, Duration.ZERO, WHOLE).orElseThrow();
  }

  private static ConnectionLost connectionLost() {
    return new ConnectionLost(TARGET, null, null);
  }

  private static HttpStatus status(int status) {
    return new HttpStatus(TARGET, null, status, null, null);
  }

  private static HttpStatus retryAfter(long seconds) {
    return new HttpStatus(TARGET, null, 503, NOW.plusSeconds(seconds), NOW, null);
  }
}
