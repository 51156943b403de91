package com.qustellar.qsde.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The version of a file that was downloaded, kept beside it so that the next run fetches it only if
 * the server has another one (RFC 9110 §13.1).
 *
 * <pre>{@code
 * qsde-version 1
 * uri SHA-256 OF THE REQUESTED URI
 * bytes LENGTH
 * etag "TAG"
 * last-modified DATE
 * }</pre>
 *
 * <p>The URI may hold secrets, so only its digest is kept.
 *
 * @param uriDigest the SHA-256 of the requested URI in hex
 * @param bytes the length of the file
 * @param etag the entity tag, a weak one as well; null where there was none
 * @param lastModified the time of the last change, null likewise
 */
public record KeptVersion(
    String uriDigest, long bytes, @Nullable EntityTag etag, @Nullable Instant lastModified) {

  private static final String FIRST_LINE = "qsde-version 1";

  /**
   * {@return the version that an answer brought, empty where nothing tells it from others}
   *
   * @param requested the URI that was requested, before any redirect
   * @param validator the validator of the answer
   * @param bytes the length of the whole file
   */
  public static Optional<KeptVersion> of(URI requested, Validator validator, long bytes) {
    return validator.etag() == null && validator.lastModified() == null
        ? Optional.empty()
        : Optional.of(
            new KeptVersion(digest(requested), bytes, validator.etag(), validator.lastModified()));
  }

  /**
   * {@return the version that a text tells, empty where it was not written by {@link #format}}
   *
   * @param text the whole text
   * @param now the present
   */
  public static Optional<KeptVersion> parse(String text, Instant now) {
    Map<String, String> fields = new LinkedHashMap<>();
    String[] lines = text.split("\n", -1);
    for (int i = 1; i < lines.length; i++) {
      int space = lines[i].indexOf(' ');
      if (space > 0) {
        fields.put(lines[i].substring(0, space), lines[i].substring(space + 1));
      }
    }
    OptionalLong bytes = Decimal.parse(fields.getOrDefault("bytes", ""));
    if (!lines[0].equals(FIRST_LINE) || bytes.isEmpty() || !fields.containsKey("uri")) {
      return Optional.empty();
    }
    EntityTag etag = EntityTag.parse(fields.getOrDefault("etag", "")).orElse(null);
    Instant modified = HttpDate.parse(fields.getOrDefault("last-modified", ""), now).orElse(null);
    return etag == null && modified == null
        ? Optional.empty()
        : Optional.of(new KeptVersion(fields.get("uri"), bytes.getAsLong(), etag, modified));
  }

  /** {@return the text to keep} */
  public String format() {
    return FIRST_LINE
        + "\nuri "
        + uriDigest
        + "\nbytes "
        + bytes
        + (etag == null ? "" : "\netag " + etag)
        + (lastModified == null ? "" : "\nlast-modified " + HttpDate.format(lastModified))
        + "\n";
  }

  /**
   * {@return the fields of a request that is to bring another version only, none where the file is
   * not the one that was kept}
   *
   * <p>A 304 to such a request says that the file is current. The tag counts before the date where
   * both are sent (RFC 9110 §13.1.3).
   *
   * @param requested the URI that is requested
   * @param present the length of the file that is there
   */
  public Map<String, String> conditions(URI requested, long present) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (present == bytes && digest(requested).equals(uriDigest)) {
      if (etag != null) {
        fields.put("If-None-Match", etag.toString());
      }
      if (lastModified != null) {
        fields.put("If-Modified-Since", HttpDate.format(lastModified));
      }
    }
    return fields;
  }

  private static String digest(URI requested) {
    HashAlgorithm sha256 = HashAlgorithm.SHA256;
    byte[] digest = sha256.newDigest().digest(requested.toString().getBytes(UTF_8));
    return Checksum.of(sha256, digest).hex();
  }
}
