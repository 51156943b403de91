package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.DownloadResult.Note;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResultsTest {

  @Test
  void aResultIsRedactedAndItsNotesAreOrdered() {
    Set<Note> notes = new LinkedHashSet<>(List.of(Note.UNPROVEN, Note.LENGTH_UNKNOWN));
    DownloadResult result = result(URI.create("https://u:SECRET@h/x?SECRET#SECRET"), notes);
    notes.clear();

    assertThat(result.finalUri()).hasToString("https://h/x?…");
    assertThat(result.notes()).containsExactly(Note.LENGTH_UNKNOWN, Note.UNPROVEN);
    assertThat(result.toString()).doesNotContain("SECRET");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> result.notes().clear());
    assertThat(result(result.finalUri(), result.notes())).isEqualTo(result);
    assertThat(result(URI.create("http://h/"), Set.of()).notes()).isEmpty();
  }

  @Test
  void aSourceIsCheckedAndRedacted() {
    Source source =
        new Source(URI.create("https://u:SECRET@h/é?SECRET"), Map.of("Cookie", " SECRET "));

    assertThat(source.uri()).hasToString("https://u:SECRET@h/%C3%A9?SECRET");
    assertThat(source.headers().get("cookie")).isEqualTo("SECRET");
    assertThat(source).hasToString("Source[uri=https://h/%C3%A9?…, headers={Cookie=…}]");
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> new Source(URI.create("ftp://h/"), Map.of()));
  }

  @Test
  void threeStatesAreTerminal() {
    assertThat(Arrays.stream(DownloadState.values()).filter(DownloadState::isTerminal))
        .containsExactly(DownloadState.COMPLETED, DownloadState.FAILED, DownloadState.CANCELLED);
  }

  private static DownloadResult result(URI finalUri, Set<Note> notes) {
    return new DownloadResult(
        "id", Path.of("x"), 1, 0, null, Duration.ofSeconds(1), 0, 1, finalUri, null, notes);
  }
}
