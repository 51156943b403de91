package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SafeTextTest {

  @Test
  void dropsWhatMovesACursorOrTurnsText() {
    assertThat(SafeText.strip("a\u0000b\u0007c\u001B[2Jd\u007Fe\u009Bf")).isEqualTo("abc[2Jdef");
    assertThat(SafeText.strip("a\u202Eb\u2066c\u2069d\u200Fe\u061Cf\u2028g")).isEqualTo("abcdefg");
  }

  @Test
  void staysOnOneLine() {
    assertThat(SafeText.strip("one\r\ntwo\tthree")).isEqualTo("one  two three");
  }

  @Test
  void keepsEverythingElse() {
    String text = "Grüße, 日本語, שלום, 👩‍🚀 … 100%";
    assertThat(SafeText.strip(text)).isEqualTo(text);
  }

  @Test
  void replacesUnpairedSurrogates() {
    assertThat(SafeText.strip("a\uD83Db")).isEqualTo("a\uFFFDb");
  }

  @Test
  void cutsBetweenCharacters() {
    assertThat(SafeText.strip("abc", 3)).isEqualTo("abc");
    assertThat(SafeText.strip("abcd", 3)).isEqualTo("abc…");
    assertThat(SafeText.strip("ab😀d", 3)).isEqualTo("ab…");
  }
}
