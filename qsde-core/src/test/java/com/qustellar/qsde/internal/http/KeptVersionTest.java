package com.qustellar.qsde.internal.http;

import static com.qustellar.qsde.internal.http.Heads.RECEIVED;
import static com.qustellar.qsde.internal.http.Heads.head;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptVersionTest {

  private static final URI FILE = URI.create("https://example.org/file?key=secret");
  private static final String MODIFIED = "Sun, 01 Mar 2026 11:00:00 GMT";

  @Test
  void whatIsKeptComesBackAndShowsNoSecret() {
    for (List<String> fields :
        List.of(
            List.of("ETag: W/\"v1\""),
            List.of("ETag: \"v1\""),
            List.of("Last-Modified: " + MODIFIED),
            List.of("ETag: W/\"v1\"", "Last-Modified: " + MODIFIED))) {
      Validator validator = Validator.of(head(200, fields.toArray(String[]::new)));
      KeptVersion kept = KeptVersion.of(FILE, validator, 5).orElseThrow();

      assertThat(KeptVersion.parse(kept.format(), RECEIVED)).contains(kept);
      assertThat(kept.format()).doesNotContain("secret");
    }
  }

  @Test
  void theNextRequestIsForAnotherVersionOnly() {
    KeptVersion kept = kept("ETag: W/\"v1\"", "Last-Modified: " + MODIFIED);

    assertThat(kept.conditions(FILE, 5))
        .isEqualTo(Map.of("If-None-Match", "W/\"v1\"", "If-Modified-Since", MODIFIED));
    assertThat(kept("ETag: \"v1\"").conditions(FILE, 5))
        .isEqualTo(Map.of("If-None-Match", "\"v1\""));
  }

  @Test
  void anotherFileIsFetchedWhateverItsVersion() {
    KeptVersion kept = kept("ETag: \"v1\"");

    assertThat(kept.conditions(FILE, 4)).isEmpty();
    assertThat(kept.conditions(URI.create("https://example.org/file?key=other"), 5)).isEmpty();
  }

  @Test
  void withoutAValidatorNothingIsKept() {
    assertThat(KeptVersion.of(FILE, Validator.NONE, 5)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "qsde-version 1\n",
        "qsde-version 2\nuri ab\nbytes 5\netag \"v1\"\n",
        "qsde-version 1\nuri ab\nbytes 5\n",
        "qsde-version 1\nuri ab\nbytes many\netag \"v1\"\n",
        "qsde-version 1\nbytes 5\netag \"v1\"\n",
        "qsde-version 1\nuri ab\nbytes 5\netag v1\nlast-modified yesterday",
      })
  void whatIsTornOrForeignSaysNothing(String text) {
    assertThat(KeptVersion.parse(text, RECEIVED)).isEmpty();
  }

  private static KeptVersion kept(String... fields) {
    return KeptVersion.of(FILE, Validator.of(head(200, fields)), 5).orElseThrow();
  }
}
