package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void nothingThatSteersATerminalIsPrintable() {
    assertThat(Printable.of("a\u001b[31mb\r\n\u202ec\u0085d\u2028e\ud800"))
        .isEqualTo("a?[31mb???c?d?e?");
    assertThat(Printable.of("می\u200cخواهم 👨\u200d👩")).isEqualTo("می\u200cخواهم 👨\u200d👩");
    assertThat(Printable.of("Größe 文件 \ud83d\ude00")).isEqualTo("Größe 文件 \ud83d\ude00");
  }
}
