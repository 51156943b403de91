package com.qustellar.qsde.internal.http;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The digests that servers offer for a file.
 *
 * <table>
 * <caption>What each field covers</caption>
 * <tr><th>field</th><th>covers</th></tr>
 * <tr><td>{@code Repr-Digest} (RFC 9530 §3)</td><td>the whole file, on a 206 as well</td></tr>
 * <tr><td>{@code Digest} (RFC 3230 §4.3.2)</td><td>the instance: likewise</td></tr>
 * <tr><td>{@code Content-Digest} (RFC 9530 §2), {@code Content-MD5} (RFC 1864)</td>
 *     <td>the body of that message</td></tr>
 * <tr><td>{@code x-goog-hash}, {@code x-ms-blob-content-md5}</td><td>the stored object</td></tr>
 * <tr><td>{@code x-amz-checksum-*}</td>
 *     <td>the stored object; on a 206 perhaps just one part of it</td></tr>
 * </table>
 *
 * <p>Those of the RFCs are of the bytes as they are sent, content coding included, and so of the
 * bytes that are written, as nothing is ever decoded. Those of object stores are of the bytes as
 * they are stored: they say nothing where a coding was put on or taken off since, which only one
 * store tells. An ETag is no digest, however much it looks like one.
 */
public final class DigestFields {

  /** Every field that may hold a digest. */
  private static final List<String> HOLDERS =
      List.of(
          "Repr-Digest",
          "Digest",
          "x-goog-hash",
          "x-ms-blob-content-md5",
          "Content-Digest",
          "Content-MD5",
          "x-amz-checksum-sha256",
          "x-amz-checksum-sha1");

  private static final String GOOGLE_STORED_CODING = "x-goog-stored-content-encoding";

  private final ResponseHead head;
  private final Map<HashAlgorithm, Set<Checksum>> offered = new EnumMap<>(HashAlgorithm.class);

  private DigestFields(ResponseHead head) {
    this.head = head;
  }

  /**
   * {@return the digest that the whole file must have by the fields of an answer, empty where they
   * tell none}
   *
   * <p>The strongest algorithm counts. Malformed values, composite checksums of an object's parts,
   * and an algorithm for which two fields disagree are passed over. Only a 200 and a 206 tell: the
   * body of a 203 is another than the origin's fields are about (RFC 9110 §15.3.4).
   *
   * @param head the head of an answer that {@link ResponseRules} has found good
   */
  public static Optional<Checksum> ofWhole(ResponseHead head) {
    if ((head.status() != 200 && head.status() != 206) || !holdsAny(head)) {
      return Optional.empty();
    }
    DigestFields fields = new DigestFields(head);
    fields.addOfRepresentation();
    if (head.status() == 200 || isWhole(head)) {
      fields.addOfContent();
    }
    return fields.strongest();
  }

  private static boolean holdsAny(ResponseHead head) {
    for (String field : HOLDERS) {
      if (!head.lines(field).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void addOfRepresentation() {
    addDictionary("Repr-Digest");
    for (String element : head.elements("Digest")) {
      addNamed(element);
    }
    String coding = coding("Content-Encoding");
    if (coding.equals(coding(GOOGLE_STORED_CODING))) {
      head.elements("x-goog-hash").stream()
          .filter(element -> element.toLowerCase(Locale.ROOT).startsWith("md5="))
          .forEach(this::addNamed);
    }
    if (coding.isEmpty()) {
      addBase64(HashAlgorithm.MD5, head.lines("x-ms-blob-content-md5"));
    }
  }

  private void addOfContent() {
    addDictionary("Content-Digest");
    addBase64(HashAlgorithm.MD5, head.lines("Content-MD5"));
    boolean composite =
        head.lines("x-amz-checksum-type").stream()
            .anyMatch(type -> !type.strip().equalsIgnoreCase("FULL_OBJECT"));
    if (!composite && coding("Content-Encoding").isEmpty()) {
      // The checksum of a digest of digests ends with a hyphen and their number: that is no base64.
      addBase64(HashAlgorithm.SHA256, head.lines("x-amz-checksum-sha256"));
      addBase64(HashAlgorithm.SHA1, head.lines("x-amz-checksum-sha1"));
    }
  }

  /** A first answer may be a part and bring a small file whole all the same. */
  private static boolean isWhole(ResponseHead head) {
    return head.value("Content-Range")
        .flatMap(ContentRange::parse)
        .filter(ContentRange.Part.class::isInstance)
        .map(ContentRange.Part.class::cast)
        .filter(part -> part.range().start() == 0)
        .filter(part -> part.total().orElse(-1) == part.range().endExclusive())
        .isPresent();
  }

  private String coding(String field) {
    String codings = String.join(",", head.elements(field)).toLowerCase(Locale.ROOT);
    return codings.equals("identity") ? "" : codings;
  }

  private void addDictionary(String field) {
    StructuredDictionary.bytes(head.lines(field)).forEach(this::add);
  }

  /** An element such as {@code SHA-256=…}, in base64 (RFC 3230 §4.3.2). */
  private void addNamed(String element) {
    int equals = element.indexOf('=');
    if (equals > 0) {
      StructuredDictionary.base64(element.substring(equals + 1).strip())
          .ifPresent(digest -> add(element.substring(0, equals).strip(), digest));
    }
  }

  private void addBase64(HashAlgorithm algorithm, List<String> values) {
    for (String value : values) {
      StructuredDictionary.base64(value.strip()).ifPresent(digest -> add(algorithm, digest));
    }
  }

  /** The names of both registries: RFC 9530's are in lower case, RFC 3230's have no case. */
  private void add(String name, byte[] digest) {
    switch (name.toLowerCase(Locale.ROOT)) {
      case "md5" -> add(HashAlgorithm.MD5, digest);
      case "sha" -> add(HashAlgorithm.SHA1, digest);
      case "sha-256" -> add(HashAlgorithm.SHA256, digest);
      case "sha-512" -> add(HashAlgorithm.SHA512, digest);
      default -> {
        // A checksum that is no digest, or one that Java doesn't have.
      }
    }
  }

  private void add(HashAlgorithm algorithm, byte[] digest) {
    if (digest.length == algorithm.digestLength()) {
      offered
          .computeIfAbsent(algorithm, unused -> new HashSet<>())
          .add(Checksum.of(algorithm, digest));
    }
  }

  private Optional<Checksum> strongest() {
    return offered.values().stream()
        .filter(checksums -> checksums.size() == 1)
        .flatMap(Set::stream)
        .max(Comparator.comparing(Checksum::algorithm));
  }
}
