package com.qustellar.qsde.internal.http;

import static com.qustellar.qsde.internal.http.Heads.head;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigestFieldsTest {

  private static final Checksum MD5 = checksum(HashAlgorithm.MD5, "a");
  private static final Checksum SHA1 = checksum(HashAlgorithm.SHA1, "a");
  private static final Checksum SHA256 = checksum(HashAlgorithm.SHA256, "a");
  private static final Checksum SHA512 = checksum(HashAlgorithm.SHA512, "a");
  private static final Checksum OTHER_SHA256 = checksum(HashAlgorithm.SHA256, "b");

  private static final String PART = "Content-Range: bytes 0-99/1000";

  @Test
  void eachFieldIsReadInItsOwnForm() {
    assertThat(whole("Repr-Digest: sha-256=:" + base64(SHA256) + ":")).contains(SHA256);
    assertThat(whole("Content-Digest: sha-512=:" + base64(SHA512) + ":")).contains(SHA512);
    assertThat(whole("Digest: SHA-256=" + base64(SHA256))).contains(SHA256);
    assertThat(whole("Digest: sha=" + base64(SHA1) + ", UNIXsum=30637")).contains(SHA1);
    assertThat(whole("Content-MD5: " + base64(MD5))).contains(MD5);
    assertThat(whole("x-goog-hash: crc32c=n03x6A==,md5=" + base64(MD5))).contains(MD5);
    assertThat(whole("x-goog-hash: crc32c=n03x6A==", "x-goog-hash: md5=" + base64(MD5)))
        .contains(MD5);
    assertThat(whole("x-amz-checksum-sha256: " + base64(SHA256))).contains(SHA256);
    assertThat(whole("x-amz-checksum-sha1: " + base64(SHA1))).contains(SHA1);
    assertThat(whole("x-ms-blob-content-md5: " + base64(MD5))).contains(MD5);
  }

  @Test
  void theStrongestCounts() {
    String md5 = "Content-MD5: " + base64(MD5);
    assertThat(whole(md5, "x-amz-checksum-sha1: " + base64(SHA1))).contains(SHA1);
    assertThat(whole(md5, "Digest: sha-256=" + base64(SHA256))).contains(SHA256);
    assertThat(
            whole(
                md5,
                "Repr-Digest: sha-512=:" + base64(SHA512) + ":, sha-256=:" + base64(SHA256) + ":"))
        .contains(SHA512);
  }

  @Test
  void ofAPartOnlyWhatCoversTheWholeFileCounts() {
    assertThat(partial("Repr-Digest: sha-256=:" + base64(SHA256) + ":")).contains(SHA256);
    assertThat(partial("Digest: SHA-256=" + base64(SHA256))).contains(SHA256);
    assertThat(partial("x-goog-hash: md5=" + base64(MD5))).contains(MD5);
    assertThat(partial("x-ms-blob-content-md5: " + base64(MD5))).contains(MD5);

    assertThat(partial("Content-Digest: sha-256=:" + base64(SHA256) + ":")).isEmpty();
    assertThat(partial("Content-MD5: " + base64(MD5))).isEmpty();
    assertThat(partial("x-amz-checksum-sha256: " + base64(SHA256))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes 0-99/100, true",
    "bytes 0-98/100, false",
    "bytes 1-99/100, false",
    "bytes 0-99/*, false",
    "bytes */100, false",
    "nonsense, false",
  })
  void aPartMayBeTheWhole(String range, boolean whole) {
    ResponseHead head =
        head(206, "Content-Range: " + range, "Content-Digest: sha-256=:" + base64(SHA256) + ":");

    assertThat(DigestFields.ofWhole(head).isPresent()).isEqualTo(whole);
  }

  @ParameterizedTest
  @ValueSource(ints = {203, 304, 404, 416})
  void otherAnswersTellNothing(int status) {
    assertThat(DigestFields.ofWhole(head(status, "Repr-Digest: sha-256=:" + base64(SHA256) + ":")))
        .isEmpty();
  }

  @Test
  void whereFieldsDisagreeTheNextAlgorithmCounts() {
    String one = "Repr-Digest: sha-256=:" + base64(SHA256) + ":";
    String other = "Digest: sha-256=" + base64(OTHER_SHA256);

    assertThat(whole(one, other)).isEmpty();
    assertThat(whole(one, other, "Content-MD5: " + base64(MD5))).contains(MD5);
    assertThat(whole(one, "Digest: sha-256=" + base64(SHA256))).contains(SHA256);
  }

  @Test
  void compositeChecksumsAndEntityTagsAreNone() {
    String sha256 = "x-amz-checksum-sha256: " + base64(SHA256);
    assertThat(whole(sha256 + "-3")).isEmpty();
    assertThat(whole(sha256, "x-amz-checksum-type: COMPOSITE")).isEmpty();
    assertThat(whole(sha256, "x-amz-checksum-type: FULL_OBJECT")).contains(SHA256);
    assertThat(whole("ETag: \"" + MD5.hex() + "\"")).isEmpty();
  }

  @Test
  void aCodingIsCoveredByTheFieldsOfTheRfcs() {
    String gzip = "Content-Encoding: gzip";
    assertThat(whole(gzip, "Repr-Digest: sha-256=:" + base64(SHA256) + ":")).contains(SHA256);
    assertThat(whole(gzip, "Content-MD5: " + base64(MD5))).contains(MD5);

    assertThat(whole(gzip, "x-amz-checksum-sha256: " + base64(SHA256))).isEmpty();
    assertThat(whole(gzip, "x-ms-blob-content-md5: " + base64(MD5))).isEmpty();
    assertThat(whole(gzip, "x-goog-hash: md5=" + base64(MD5))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "gzip, gzip, true",
        "gzip, -, false",
        "-, gzip, false",
        "identity, -, true",
        "identity, identity, true"
      })
  void whatIsStoredAndWhatIsSentMayDiffer(String stored, String sent, boolean counts) {
    String[] fields =
        Stream.of(
                "x-goog-hash: md5=" + base64(MD5),
                "x-goog-stored-content-encoding: " + stored,
                sent == null ? "X: y" : "Content-Encoding: " + sent)
            .toArray(String[]::new);

    assertThat(whole(stored == null ? new String[] {fields[0], fields[2]} : fields).isPresent())
        .isEqualTo(counts);
  }

  @Test
  void dictionariesAreReadAsTheyAreWritten() {
    String bytes = ":" + base64(SHA256) + ":";
    for (String value :
        List.of(
            "sha-256=" + bytes,
            "sha-256=" + bytes + ";q=1.5;a",
            "md5=:AAAA:,\tsha-256=" + bytes,
            "unixsum=30637, flag, x=?1;y, sha-256=" + bytes,
            "x=\"a,\\\" sha-256=:AA==:\", y=(1 \"b\";c :AA==:);d=e, sha-256=" + bytes,
            "sha-256=:AAAA:, sha-256=" + bytes,
            "a=@1659578233, b=%\"f%c3%bc\", c=(), *k=tok/en:x, sha-256=" + bytes,
            "sha-256=" + bytes.replace("=", ""))) {
      assertThat(whole("Repr-Digest: " + value)).as(value).contains(SHA256);
    }
    assertThat(whole("Repr-Digest: md5=:AAAA:", "Repr-Digest: sha-256=" + bytes)).contains(SHA256);
  }

  @Test
  void malformedFieldsSayNothing() {
    String bytes = ":" + base64(SHA256) + ":";
    for (String value :
        List.of(
            "",
            ",",
            "sha-256=" + bytes + ",",
            ", sha-256=" + bytes,
            "sha-256=" + bytes + " x",
            "SHA-256=" + bytes,
            "sha-256=" + base64(SHA256),
            "sha-256=\"" + base64(SHA256) + "\"",
            "sha-256 = " + bytes,
            "sha-256=:" + base64(SHA256),
            "sha-256=:AA=A:",
            "sha-256=" + bytes + ", x=:A:",
            "sha-256=" + bytes + ", sha-256=1",
            "sha-256=:" + base64(MD5) + ":",
            "sha-256=" + bytes + ", x=(1",
            "sha-256=" + bytes + ", x=\"")) {
      assertThat(whole("Repr-Digest: " + value)).as(value).isEmpty();
    }
    for (String value : List.of("", "=", "sha-256", "sha-256=", "=" + base64(SHA256))) {
      assertThat(whole("Digest: " + value)).as(value).isEmpty();
    }
    assertThat(whole("Digest: sha-256=" + SHA256.hex())).isEmpty();
    assertThat(whole("Content-MD5: " + MD5.hex())).isEmpty();
    assertThat(whole("Repr-Digest: x", "Content-MD5: " + base64(MD5))).contains(MD5);
  }

  @Test
  void aLongFieldTakesNoDeepStack() {
    String escapes = "\\\"".repeat(100_000);
    String members = "a=(1 1);b, ".repeat(20_000);

    assertThat(
            whole("Repr-Digest: x=\"" + escapes + "\", " + members + "md5=:" + base64(MD5) + ":"))
        .contains(MD5);
  }

  private static Optional<Checksum> whole(String... fields) {
    return DigestFields.ofWhole(head(200, fields));
  }

  private static Optional<Checksum> partial(String field) {
    return DigestFields.ofWhole(head(206, PART, field));
  }

  private static Checksum checksum(HashAlgorithm algorithm, String content) {
    byte[] digest = algorithm.newDigest().digest(content.getBytes(UTF_8));
    return Checksum.of(algorithm, digest);
  }

  private static String base64(Checksum checksum) {
    return Base64.getEncoder().encodeToString(checksum.bytes());
  }
}
