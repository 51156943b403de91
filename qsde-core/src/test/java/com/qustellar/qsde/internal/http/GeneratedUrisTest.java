package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Texts that nobody has thought of: what is parsed agrees with plain patterns, and is stable. */
class GeneratedUrisTest {

  @Test
  void takesTheNamesThatThePatternOfHostNamesTakes() {
    Pattern name = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*\\.?");
    Pattern number = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)\\.?");
    Pattern address = Pattern.compile("([0-9]{1,3}\\.){3}[0-9]{1,3}");
    String longest = "a".repeat(62);
    List<String> hosts =
        Mutations.of(
            "azAZ09_-.x~!$&'()*+,;=%^`{|}\"<>",
            "example.com",
            "My_Host.local.",
            "127.0.0.1",
            "0x7f.1",
            "a.0x",
            "1." + longest + ".b1",
            String.join(".", longest, longest, longest, longest, "b"));
    for (String host : hosts) {
      String lower = host.toLowerCase(Locale.ROOT);
      boolean isName = lower.length() <= 254 && name.matcher(lower).matches();
      Optional<String> taken = host("http://" + host + "/");
      if (isName && number.matcher(lower).matches()) {
        taken.ifPresent(ipv4 -> assertThat(ipv4).as(host).matches(address));
      } else {
        assertThat(taken).as(host).isEqualTo(isName ? Optional.of(lower) : Optional.empty());
      }
    }
  }

  private static Optional<String> host(String uri) {
    try {
      return Optional.of(HttpUris.host(HttpUris.parse(uri)));
    } catch (InvalidRequest e) {
      return Optional.empty();
    }
  }

  @Test
  void takesTheSchemesThatThePatternOfAbsoluteUrisTakes() {
    Pattern absolute = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)", Pattern.DOTALL);
    List<String> texts =
        Mutations.of(
            "htpsHTPS:/+-.1x \t\u017F\u212A\u0130", "http://h/x", "HTTPS://h://", "ftp+a://h/");
    for (String text : texts) {
      Matcher parts = absolute.matcher(text.strip());
      String scheme = parts.matches() ? parts.group(1).toLowerCase(Locale.ROOT) : null;
      String reason;
      try {
        reason = "taken as " + HttpUris.parse(text).getScheme();
      } catch (InvalidRequest e) {
        reason = e.reason();
      }
      if (scheme == null) {
        assertThat(reason).as(text).startsWith("it must begin with http:// or https://");
      } else if (!scheme.equals("http") && !scheme.equals("https")) {
        assertThat(reason).as(text).startsWith("only http and https");
      } else {
        assertThat(reason).as(text).doesNotStartWith("it must begin").doesNotStartWith("only");
      }
    }
  }

  @Test
  void anyTextIsEitherParsedStablyOrRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String alphabet = "ab:/?#[]@%41 \\.~é日\t\u0000\uD83D\uDE00<>\"{}|^`&=+;,!$'()*-_";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "http://" : "http://h/");
      for (int length = random.nextInt(20); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        URI uri = HttpUris.parse(text.toString());
        assertThat(HttpUris.parse(uri.toString())).as("seed %d: %s", seed, text).isEqualTo(uri);
        assertThat(uri.toString()).as("seed %d: %s", seed, text).matches("[!-~]+");
        assertThat(HttpUris.host(uri)).as("seed %d: %s", seed, text).isNotEmpty();
        assertThat(HttpUris.port(uri)).as("seed %d: %s", seed, text).isBetween(1, 65535);
      } catch (InvalidRequest e) {
        assertThat(e.reason()).as("seed %d: %s", seed, text).isNotEmpty();
      }
    }
  }
}
