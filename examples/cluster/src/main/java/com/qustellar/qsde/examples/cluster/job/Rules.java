package com.qustellar.qsde.examples.cluster.job;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What needs no more than its arguments to be decided. */
public final class Rules {

  /** The folder in which deliveries write; no target may be in it. */
  public static final String WORK = ".qsde";

  private static final int LONGEST_NAME = 255;
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Rules() {}

  /**
   * {@return whether a later delivery may succeed where this one has failed}
   *
   * @param failure of this one
   */
  public static boolean mayBeMended(DownloadException failure) {
    if (failure instanceof FileAccess access) {
      return switch (access.reason()) {
        case LOST, IO, IN_USE -> true;
        default -> false;
      };
    }
    return failure.retryable()
        || failure instanceof DownloadException.Cancelled
        || failure instanceof DownloadException.DiskFull
        || failure instanceof DownloadException.Unexpected;
  }

  /**
   * {@return how long to wait before a request is released, so that it does not come back at once}
   *
   * @param delivery which delivery has failed, 1 for the first
   * @param random from 0 to 1
   */
  public static Duration pause(int delivery, double random) {
    long most = LONGEST.toMillis();
    long millis = Math.min(most, FIRST.toMillis() << Math.min(delivery - 1, 10));
    return Duration.ofMillis((long) (millis * (0.5 + random / 2)));
  }

  /**
   * {@return whether a target names its place by a scheme, as {@code s3://bucket/key} does}
   *
   * @param target as a request names it
   */
  public static boolean hasScheme(String target) {
    return SCHEME.matcher(target).matches();
  }

  /**
   * {@return the names from the workers' directory down to the file}
   *
   * @param target as a request names it
   * @throws IllegalArgumentException if it leads elsewhere, or could; the message says why
   */
  public static List<String> names(String target) {
    if (hasScheme(target)) {
      throw new IllegalArgumentException("it begins with a scheme or a drive");
    }
    if (target.startsWith("/")) {
      throw new IllegalArgumentException("it is absolute");
    }
    List<String> names = List.of(target.split("/", -1));
    names.forEach(Rules::check);
    return names;
  }

  private static void check(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException("it holds an empty name, \".\" or \"..\"");
    }
    if (name.chars().anyMatch(c -> c == '\\' || Character.isISOControl(c))) {
      throw new IllegalArgumentException("it holds a backslash or a control character");
    }
    if (name.toLowerCase(Locale.ROOT).equals(WORK)) {
      throw new IllegalArgumentException("the folder " + WORK + " is the workers' own");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw new IllegalArgumentException("it holds a name of more than 255 bytes");
    }
  }
}
