package com.qustellar.qsde.examples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {

  @Test
  void sizesHaveTheUnitThatFits() {
    assertThat(Words.size(0)).isEqualTo("0.0 KiB");
    assertThat(Words.size(999 << 10)).isEqualTo("999.0 KiB");
    assertThat(Words.size(1 << 20)).isEqualTo("1.0 MiB");
    assertThat(Words.size(Long.MAX_VALUE)).endsWith(" TiB");
  }

  @Test
  void aPartHasTheUnitOfTheWhole() {
    assertThat(Words.part(512 << 10, 40 << 20)).isEqualTo("0.5 of 40.0 MiB");
  }

  @Test
  void whatIsLeftIsToldAsAClockDoes() {
    assertThat(Words.left(7)).isEqualTo("0:07 left");
    assertThat(Words.left(3723)).isEqualTo("1:02:03 left");
  }

  @Test
  void oneFileIsNotFiles() {
    assertThat(Words.files(1)).isEqualTo("1 file");
    assertThat(Words.files(0)).isEqualTo("0 files");
  }
}
