package com.qustellar.qsde;

import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.internal.http.SafeText;
import com.qustellar.qsde.internal.progress.Figures;
import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the messages of failures show of hosts, files, sizes and other people's words. */
final class FailureText {

  private static final int LONGEST_QUOTE = 300;

  /** What Netty tells beside the system's words: the call that failed, what was asked for. */
  private static final Pattern TECHNICAL =
      Pattern.compile(
          "^[\\w:]+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: |"
              + " \\[A[^]]*\\](?: after \\d+ \\w+)?\\s*$");

  private FailureText() {}

  /** Returns host and port. */
  static String server(URI uri) {
    return uri.getRawAuthority() == null ? HttpUris.redact(uri) : HttpUris.hostAndPort(uri);
  }

  /** Returns the host alone. */
  static String host(URI uri) {
    return uri.getRawAuthority() == null ? HttpUris.redact(uri) : HttpUris.host(uri);
  }

  static String file(@Nullable Path target) {
    return target == null ? "the file" : SafeText.strip(target.toString());
  }

  static String size(long bytes) {
    return bytes < 1024 ? bytes + " bytes" : Figures.size(bytes);
  }

  static String neededAndFree(long needed, long free) {
    // Where the figures are the same, only the bytes tell what is missing.
    boolean exact = size(needed).equals(size(free));
    return (exact ? needed + " bytes" : size(needed))
        + " are needed and "
        + (exact ? String.valueOf(free) : size(free))
        + " are free";
  }

  /** Returns what somebody else said on one safe line that is not too long. */
  static String quote(String said) {
    return SafeText.strip(said, LONGEST_QUOTE).strip();
  }

  /** Returns the cause's own words in brackets; none that could quote a URI and its secrets. */
  static String why(@Nullable Throwable cause) {
    String words = cause == null ? null : cause.getMessage();
    return words == null || words.isBlank() || words.contains("://")
        ? ""
        : " (" + quote(TECHNICAL.matcher(words).replaceAll("")) + ")";
  }
}
