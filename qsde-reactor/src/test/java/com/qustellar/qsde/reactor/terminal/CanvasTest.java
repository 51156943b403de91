package com.qustellar.qsde.reactor.terminal;

import static com.qustellar.qsde.reactor.terminal.Rows.MIB;
import static com.qustellar.qsde.reactor.terminal.Rows.TOTALS;
import static com.qustellar.qsde.reactor.terminal.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written to a terminal, and what is on it then. */
class CanvasTest {

  private final VirtualTerminal terminal = new VirtualTerminal(40, 8);
  private final Canvas canvas = Canvas.open(terminal.terminal());

  @AfterEach
  void close() {
    terminal.close();
  }

  @Test
  void onlyWhatDiffersIsWritten() {
    draw("one  10%", "two  20%");
    int before = terminal.bytes();
    draw("one  10%", "two  21%");

    assertThat(terminal.lines()).containsExactly("one  10%", "two  21%");
    assertThat(terminal.bytes() - before).isLessThan(10);
  }

  @Test
  void nothingIsWrittenWhereNothingDiffers() {
    draw("one", "two");
    int before = terminal.bytes();
    draw("one", "two");

    assertThat(terminal.bytes()).isEqualTo(before);
  }

  @Test
  void halfOfASymbolIsNeverWritten() {
    draw("📦.zip");
    draw("📁.zip");
    draw("e\u0301.zip");
    draw("e\u0300.zip");

    assertThat(terminal.sent()).contains("📁").contains("e\u0300").doesNotContain("?.");
  }

  @Test
  void linesThatStayScrollUpAndTheRestIsNotWrittenAnew() {
    draw("one", "two", "total");
    for (int i = 0; i < 20; i++) {
      int before = terminal.bytes();
      canvas.draw(List.of("done " + i), styled("one", "two", "total"));
      assertThat(terminal.sent().substring(before)).doesNotContain("total");
    }

    assertThat(terminal.lines())
        .containsExactly(
            "done 15", "done 16", "done 17", "done 18", "done 19", "one", "two", "total");
  }

  @Test
  void aLongLineThatStaysIsBrokenAndNotCut() {
    draw("one", "total");
    canvas.draw(List.of("x".repeat(40) + "y".repeat(40) + "z"), styled("one", "total"));

    assertThat(terminal.lines())
        .containsExactly("x".repeat(40), "y".repeat(40), "z", "one", "total");
  }

  @Test
  void aLineThatIsTallerThanTheScreenIsWrittenAllTheSame() {
    draw("one", "total");
    canvas.draw(List.of("x".repeat(400) + "end"), styled("one", "total"));

    assertThat(terminal.lines()).hasSize(8).endsWith("end", "one", "total");
  }

  @Test
  void theScreenIsWhatWasDrawnLastAfterAnyFrames() {
    Random random = new Random(7);
    List<String> stay = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      List<String> lines =
          random
              .ints(random.nextInt(6), 0, 1000)
              .mapToObj(n -> "é".repeat(n % 3) + "a".repeat(n % 17) + n)
              .toList();
      List<String> above = random.nextInt(4) == 0 ? List.of("stays " + i) : List.of();
      stay.addAll(above);
      canvas.draw(above, styled(lines.toArray(String[]::new)));
      List<String> expected = Stream.concat(stay.stream(), lines.stream()).toList();
      List<String> shown = terminal.lines().stream().filter(line -> !line.isEmpty()).toList();
      assertThat(expected).as("after frame %s", i).endsWith(shown.toArray(String[]::new));
      assertThat(shown).endsWith(lines.toArray(String[]::new));
    }
  }

  @Test
  void aTerminalThatChangesItsSizeIsDrawnAnew() {
    draw("one", "total");
    terminal.resize(20, 8);
    assertThat(canvas.size().getColumns()).isEqualTo(20);
    draw("one", "total");

    assertThat(terminal.lines()).containsExactly("one", "total");
  }

  @Test
  void theTerminalIsGivenBackAsItWas() {
    assertThat(terminal.terminal().getAttributes().getLocalFlag(LocalFlag.ECHO)).isFalse();
    draw("one", "total");
    assertThat(terminal.sent()).contains("\u001b[?25l").doesNotContain("\u001b[?25h");

    canvas.close(List.of("the last"));

    assertThat(terminal.lines()).containsExactly("the last");
    assertThat(terminal.sent()).contains("\u001b[?25h").doesNotContain("\u001b[?1049");
    assertThat(terminal.terminal().getAttributes().getLocalFlag(LocalFlag.ECHO)).isTrue();
  }

  @Test
  void aTerminalThatCannotHideItsCursorIsDrawnOnAllTheSame() {
    try (VirtualTerminal ansi = new VirtualTerminal("ansi", 80, 24)) {
      Screen screen = Screen.of(ansi.terminal());
      screen.draw(List.of("stays"), List.of(row("a.bin", MIB, 2 * MIB)), TOTALS);

      assertThat(ansi.lines()).hasSize(3).startsWith("stays");

      screen.close(List.of("the last"));

      assertThat(ansi.lines()).containsExactly("stays", "the last");
    }
  }

  @Test
  void aDumbTerminalIsNotDrawnOn() {
    try (VirtualTerminal dumb = new VirtualTerminal("dumb", 80, 24)) {
      assertThat(Screen.of(dumb.terminal())).isNull();
      assertThat(dumb.bytes()).isZero();
    }
  }

  /** Twenty downloads that take a second or two each: bars twenty times, numbers four times. */
  @Test
  void aBusySecondTakesLessThanTwentyKilobytes() {
    try (VirtualTerminal wide = new VirtualTerminal(120, 40)) {
      Screen screen = Screen.of(wide.terminal());
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        rows.add(row("file-" + i + ".bin", 0, 100 * MIB));
      }
      screen.draw(List.of(), rows, TOTALS);
      int before = wide.bytes();
      for (int frame = 1; frame <= 20; frame++) {
        for (int i = 0; i < 20; i++) {
          Row next = row("file-" + i + ".bin", frame * MIB * (30 + i) / 10, 100 * MIB);
          Row last = rows.get(i);
          rows.set(i, frame % 5 == 0 ? next : new Row(last.name(), last.numbers(), next.newest()));
        }
        screen.draw(List.of(), rows, TOTALS);
      }

      assertThat(wide.bytes() - before).isBetween(1_000, 20_000);
    }
  }

  private void draw(String... lines) {
    canvas.draw(List.of(), styled(lines));
  }

  private static List<AttributedString> styled(String... lines) {
    return Stream.of(lines).map(AttributedString::new).toList();
  }
}
