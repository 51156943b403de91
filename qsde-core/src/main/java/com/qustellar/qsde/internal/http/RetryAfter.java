package com.qustellar.qsde.internal.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The Retry-After field (RFC 9110 §10.2.3). */
public final class RetryAfter {

  /** The longest wait told: a year. What a server asks for beyond it says no more than that. */
  public static final Duration LONGEST = Duration.ofDays(365);

  private RetryAfter() {}

  /**
   * {@return how long the server asks to wait, from zero to {@link #LONGEST}; empty where the value
   * is neither a number of seconds nor a date}
   *
   * <p>A date counts from the response's own Date field, so that a client's wrong clock does not
   * matter; one that is past means zero.
   *
   * @param value the field value
   * @param responseDate the Date field of the same response; where it had none, the instant at
   *     which it arrived
   */
  public static Optional<Duration> parse(String value, Instant responseDate) {
    String text = value.strip();
    if (Decimal.isDecimal(text)) {
      return Optional.of(clamp(Decimal.parse(text).orElse(Long.MAX_VALUE)));
    }
    return HttpDate.parse(text, responseDate)
        .map(date -> clamp(date.getEpochSecond() - responseDate.getEpochSecond()));
  }

  private static Duration clamp(long seconds) {
    return Duration.ofSeconds(Math.max(0, Math.min(LONGEST.toSeconds(), seconds)));
  }
}
