package com.qustellar.qsde;

import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.ConnectionLost;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.SourceUnavailable;
import com.qustellar.qsde.DownloadException.Timeout;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When a failed attempt is made again, and after which wait; immutable.
 *
 * <p>Waits grow exponentially with full jitter. Statuses are bounded by attempts. Connectivity
 * (connections that cannot be made, that break or stall, names that are not resolved, and answers
 * that break the rules of HTTP after good ones) is bounded by the time without progress, so that a
 * download goes on when the network comes back; only a first connect that fails, or a name that is
 * unknown from the start, is bounded by attempts as well. An attempt that brings at least 64 KiB,
 * or the rest of its segment, is progress: attempts and time then count anew.
 *
 * <p>A connection that a server refuses while it has others costs no attempt, unless there is only
 * one: the segment waits until one of the others has ended. Nor does a kept connection that had
 * been closed before the request arrived.
 *
 * <p>What {@link DownloadException#retryable()} answers false for is never retried.
 */
public final class RetryPolicy {

  private static final int USUAL_ATTEMPTS = 5;
  private static final RetryPolicy DEFAULTS = new RetryPolicy(new Values());
  private static final RetryPolicy NONE = DEFAULTS.withMaxAttempts(1);

  private final Values values;

  private RetryPolicy(Values values) {
    this.values = values;
  }

  /** {@return the defaults, which each wither names} */
  public static RetryPolicy defaults() {
    return DEFAULTS;
  }

  /** {@return the policy that never retries: the defaults with one attempt for every kind} */
  public static RetryPolicy none() {
    return NONE;
  }

  /**
   * {@return a copy that makes this many attempts, whatever fails}
   *
   * @param attempts at least 1, the first one included; by default 5 for {@link HttpStatus}, {@link
   *     SourceUnavailable}, and a first {@link ConnectFailed}, {@link NameNotResolved} or {@link
   *     ProxyFailure}, and no bound but the budget for the others
   * @throws IllegalArgumentException if it is less
   */
  public RetryPolicy withMaxAttempts(int attempts) {
    int checked = (int) Limits.atLeast("the number of attempts", attempts, 1);
    return with(v -> v.maxAttempts = checked);
  }

  /** {@return the number of attempts for every kind, empty for the defaults} */
  public OptionalInt maxAttempts() {
    Integer attempts = values.maxAttempts;
    return attempts == null ? OptionalInt.empty() : OptionalInt.of(attempts);
  }

  /**
   * {@return a copy that makes this many attempts when a failure is of this kind}
   *
   * @param kind a kind of failure; its number goes before the one for every kind
   * @param attempts at least 1, the first one included
   * @throws IllegalArgumentException if it is less
   */
  public RetryPolicy withMaxAttempts(Class<? extends DownloadException> kind, int attempts) {
    Objects.requireNonNull(kind, "kind");
    if (kind == DownloadException.class) {
      return withMaxAttempts(attempts);
    }
    int checked = (int) Limits.atLeast("the number of attempts", attempts, 1);
    Map<Class<?>, Integer> copy = new HashMap<>(values.attemptsByKind);
    copy.put(kind, checked);
    Map<Class<?>, Integer> attemptsByKind = Map.copyOf(copy);
    return with(v -> v.attemptsByKind = attemptsByKind);
  }

  /**
   * {@return the number of attempts that was set for a kind, empty if none was}
   *
   * @param kind a kind of failure
   */
  public OptionalInt maxAttempts(Class<? extends DownloadException> kind) {
    Integer attempts = values.attemptsByKind.get(kind);
    return attempts == null ? OptionalInt.empty() : OptionalInt.of(attempts);
  }

  /**
   * {@return a copy with other waits: the first, doubled after each failure up to the longest}
   *
   * @param first the wait after the first failure, before jitter; 200 ms by default
   * @param longest the longest wait; 30 seconds by default
   * @throws IllegalArgumentException if the first is negative or longer than the longest
   */
  public RetryPolicy withBackoff(Duration first, Duration longest) {
    notNegative("the first wait", first);
    if (first.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "the first wait, " + first + ", must not be longer than the longest, " + longest);
    }
    return with(
        v -> {
          v.backoff = first;
          v.longestBackoff = longest;
        });
  }

  /** {@return the wait after the first failure, before jitter} */
  public Duration backoff() {
    return values.backoff;
  }

  /** {@return the longest wait, before jitter} */
  public Duration longestBackoff() {
    return values.longestBackoff;
  }

  /**
   * {@return a copy with more or less jitter}
   *
   * @param jitter the part of a wait that is left to chance: 0 for none, 1 for anything between
   *     nothing and the whole wait, the default
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public RetryPolicy withJitter(double jitter) {
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("the jitter must be between 0 and 1, not " + jitter);
    }
    return with(v -> v.jitter = jitter);
  }

  /** {@return the part of a wait that is left to chance} */
  public double jitter() {
    return values.jitter;
  }

  /**
   * {@return a copy with another time without progress}
   *
   * @param budget how long connectivity failures are retried without progress; 5 minutes by default
   * @throws IllegalArgumentException if it is negative
   */
  public RetryPolicy withBudget(Duration budget) {
    Duration checked = notNegative("the budget", budget);
    return with(v -> v.budget = checked);
  }

  /** {@return how long connectivity failures are retried without progress} */
  public Duration budget() {
    return values.budget;
  }

  /**
   * {@return a copy that waits for servers as long as this}
   *
   * <p>While a server that answered 429 or 503 has asked to wait, no download of the engine sends a
   * request to its origin.
   *
   * @param longest the longest wait that a server may ask for with Retry-After (RFC 9110 §10.2.3);
   *     60 seconds by default. Where it asks for more the download fails, and {@link
   *     HttpStatus#retryAfter()} tells when to come again
   * @throws IllegalArgumentException if it is negative
   */
  public RetryPolicy withLongestRetryAfter(Duration longest) {
    Duration checked = notNegative("the longest Retry-After", longest);
    return with(v -> v.longestRetryAfter = checked);
  }

  /** {@return the longest wait that a server may ask for} */
  public Duration longestRetryAfter() {
    return values.longestRetryAfter;
  }

  /**
   * {@return a copy that retries only what this condition allows as well}
   *
   * @param condition asked on an engine's thread, must not block; everything by default. What it
   *     throws ends the download with {@link DownloadException.Unexpected}
   */
  public RetryPolicy withRetryIf(Predicate<? super DownloadException> condition) {
    Objects.requireNonNull(condition, "condition");
    return with(v -> v.retryIf = condition);
  }

  /** {@return the further condition} */
  public Predicate<? super DownloadException> retryIf() {
    return values.retryIf;
  }

  /**
   * {@return this policy for a download that has received bytes}
   *
   * <p>A connect that fails, a name that is not found, or a proxy that leads nowhere then means
   * that the network is gone for a while rather than that the address is wrong: the default of 5
   * attempts for these no longer counts, the budget does. Attempts that were set stay.
   */
  public RetryPolicy established() {
    return values.established ? this : with(v -> v.established = true);
  }

  /**
   * {@return the wait before the next attempt, empty if there shall be none}
   *
   * <p>A function of its arguments alone. A server's Retry-After lengthens the wait; it was turned
   * into a duration when the answer arrived ({@link HttpStatus#retryIn()}), so no clock is needed.
   * The last wait of a budget is cut to end with it.
   *
   * @param failure why the last attempt failed
   * @param attempt how many attempts have failed since the last progress, this one included: 1 for
   *     the first
   * @param elapsed the time since the last progress, or since the start
   * @param random what the jitter takes, from 0 to below 1
   * @throws IllegalArgumentException if a number is out of its range
   */
  public Optional<Duration> delay(
      DownloadException failure, int attempt, Duration elapsed, double random) {
    Limits.atLeast("the number of failed attempts", attempt, 1);
    notNegative("the elapsed time", elapsed);
    if (!(random >= 0 && random < 1)) {
      throw new IllegalArgumentException("random must be from 0 to below 1, not " + random);
    }
    if (!failure.retryable() || attempt >= attempts(failure) || !values.retryIf.test(failure)) {
      return Optional.empty();
    }
    Duration wait = backoff(attempt, random);
    if (failure instanceof HttpStatus status) {
      Duration asked = status.retryIn();
      if (asked != null && asked.compareTo(values.longestRetryAfter) > 0) {
        return Optional.empty();
      }
      return Optional.of(asked == null ? wait : longer(asked, wait));
    }
    if (isConnectivity(failure)) {
      Duration left = values.budget.minus(elapsed);
      if (left.isZero() || left.isNegative()) {
        return Optional.empty();
      }
      return Optional.of(left.compareTo(wait) < 0 ? left : wait);
    }
    return Optional.of(wait);
  }

  @Override
  public String toString() {
    Map<String, Integer> byKind = new TreeMap<>();
    values.attemptsByKind.forEach((kind, attempts) -> byKind.put(kind.getSimpleName(), attempts));
    return "RetryPolicy[maxAttempts="
        + (values.maxAttempts == null ? "defaults" : values.maxAttempts)
        + " "
        + byKind
        + ", backoff="
        + backoff()
        + " to "
        + longestBackoff()
        + ", jitter="
        + jitter()
        + ", budget="
        + budget()
        + ", longestRetryAfter="
        + longestRetryAfter()
        + "]";
  }

  private int attempts(DownloadException failure) {
    Integer ofKind = values.attemptsByKind.get(failure.getClass());
    if (ofKind != null) {
      return ofKind;
    }
    if (values.maxAttempts != null) {
      return values.maxAttempts;
    }
    boolean bounded =
        failure instanceof HttpStatus
            || failure instanceof SourceUnavailable
            || (!values.established
                && (failure instanceof ConnectFailed
                    || failure instanceof NameNotResolved
                    || failure instanceof ProxyFailure));
    return bounded ? USUAL_ATTEMPTS : Integer.MAX_VALUE;
  }

  private static boolean isConnectivity(DownloadException failure) {
    return failure instanceof ConnectFailed
        || failure instanceof ConnectionLost
        || failure instanceof NameNotResolved
        || failure instanceof ProxyFailure
        || failure instanceof Timeout
        || failure instanceof InvalidResponse;
  }

  private Duration backoff(int attempt, double random) {
    double doubled = Math.scalb(nanos(values.backoff), attempt - 1);
    double wait = Math.min(doubled, nanos(values.longestBackoff));
    return Duration.ofNanos((long) (wait * (1 - values.jitter + values.jitter * random)));
  }

  /** Unlike {@link Duration#toNanos()} this has no largest duration. */
  private static double nanos(Duration duration) {
    return duration.getSeconds() * 1e9 + duration.getNano();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration notNegative(String what, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(what + " must not be negative, not " + duration);
    }
    return duration;
  }

  private RetryPolicy with(Consumer<Values> change) {
    return new RetryPolicy(values.with(change));
  }

  private static final class Values extends Fields<Values> {
    @Nullable Integer maxAttempts;
    Map<Class<?>, Integer> attemptsByKind = Map.of();
    Duration backoff = Duration.ofMillis(200);
    Duration longestBackoff = Duration.ofSeconds(30);
    double jitter = 1;
    Duration budget = Duration.ofMinutes(5);
    Duration longestRetryAfter = Duration.ofSeconds(60);
    Predicate<? super DownloadException> retryIf = failure -> true;
    boolean established;
  }
}
