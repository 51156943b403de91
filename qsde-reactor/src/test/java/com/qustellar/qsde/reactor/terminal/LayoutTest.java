package com.qustellar.qsde.reactor.terminal;

import static com.qustellar.qsde.reactor.terminal.Rows.MIB;
import static com.qustellar.qsde.reactor.terminal.Rows.PLAIN;
import static com.qustellar.qsde.reactor.terminal.Rows.TOTALS;
import static com.qustellar.qsde.reactor.terminal.Rows.progress;
import static com.qustellar.qsde.reactor.terminal.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadState;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a frame looks like. */
class LayoutTest {

  @Test
  void aDownloadHasALineAndAllHaveOne() {
    assertThat(frame(120, row("a.iso", 30 * MIB, 60 * MIB, 2), row("b.iso", 0, 900 * MIB)))
        .containsExactly(
            "a.iso                         [████████████            ]"
                + "   50%    60.0 MiB     5.0 MiB/s      1:07  4 conn, 2 retries",
            "b.iso                         [                        ]"
                + "    0%   900.0 MiB     5.0 MiB/s      1:07  4 conn",
            "4 of 18 files, 1 failed, 12 queued                      "
                + "         300.0 MiB    45.0 MiB/s     12:34  6 conn");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "90 |'a.iso                [███████▌       ]   50%    60.0 MiB     5.0 MiB/s      1:07  4c 2r'",
        "70 |'a.iso                 [███████▌       ]   50%     5.0 MiB/s      1:07'",
        "50 |'a.iso                 50%     5.0 MiB/s      1:07'",
        "40 |'a.iso                 50%     5.0 MiB/s'",
        "20 |'a.iso           50%'",
        "9 |'a…   50%'"
      })
  void theLeastImportantIsLeftOutWhereThereIsNotRoomForAll(int columns, String line) {
    assertThat(frame(columns, row("a.iso", 30 * MIB, 60 * MIB, 2)).get(0))
        .hasSizeLessThan(columns)
        .isEqualTo(line);
  }

  @Test
  void noColumnMovesWhileNumbersGrowAndNoLineIsWiderThanTheTerminal() {
    Random random = new Random(1);
    for (int columns = 1; columns <= 200; columns++) {
      for (int i = 0; i < 20; i++) {
        long total = random.nextLong() >>> (1 + random.nextInt(62));
        List<AttributedString> frame =
            Layout.frame(
                List.of(row("x.bin", total / (1 + random.nextInt(3)), total)),
                TOTALS,
                columns,
                24,
                PLAIN);
        String line = frame.get(0).toString();
        assertThat(frame).allMatch(text -> text.columnLength() <= 200);
        assertThat(line.length()).isLessThan(Math.max(2, columns));
        if (columns > 80) {
          assertThat(line.indexOf("]"))
              .isEqualTo(frame(columns, row("y", 1, 2)).get(0).indexOf("]"));
          assertThat(line.indexOf(" 1:07"))
              .isEqualTo(frame(columns, row("y", 1, 2)).get(0).indexOf(" 1:07"));
        }
      }
    }
  }

  @Test
  void theBarMovesWithEveryFrameAndNumbersNowAndThen() {
    Row moving =
        new Row(
            "a",
            progress(DownloadState.DOWNLOADING, 10, OptionalLong.of(100), 0),
            progress(DownloadState.DOWNLOADING, 50, OptionalLong.of(100), 0));

    assertThat(frame(70, moving).get(0)).contains("[███████▌       ]   10% ");
  }

  @Test
  void whatDoesNotMoveSaysWhy() {
    Row waiting =
        new Row(
            "a",
            progress(DownloadState.WAITING, 10, OptionalLong.empty(), 1),
            progress(DownloadState.WAITING, 10, OptionalLong.empty(), 1));

    assertThat(frame(90, waiting).get(0))
        .isEqualTo(
            "a                    [               ]              10 B       waiting            4c 1r");
  }

  @Test
  void moreThanThereIsRoomForFold() {
    List<Row> rows = Collections.nCopies(20, row("a", 1, 2));

    List<String> frame = text(Layout.frame(rows, TOTALS, 80, 10, PLAIN));

    assertThat(frame).hasSize(9);
    assertThat(frame.get(6)).startsWith("a ");
    assertThat(frame.get(7)).isEqualTo("and 13 more");
    assertThat(frame.get(8)).startsWith("4 of 18 files");
    assertThat(text(Layout.frame(rows, TOTALS, 80, 2, PLAIN))).hasSize(1);
    assertThat(text(Layout.frame(rows, TOTALS, 80, 22, PLAIN))).hasSize(21).doesNotContain("more");
  }

  @ParameterizedTest
  @CsvSource({
    "日本語のファイル名.zip, '日本語の….zip '",
    "日本語の名前.zip, '日本語の….zip '",
    "한글 파일.bin, '한글 파일.bin '",
    "a-very-long-name-that-does-not-fit-part-07.bin, 'a-very-lo….bin'",
    "👨‍👩‍👧.png, '👨👩👧.png    '",
    "❤️🇩🇪.txt, '❤DE.txt       '",
    "é.txt, 'é.txt         '"
  })
  void namesFillTheirColumnsWhateverTheyAreWrittenIn(String name, String shown) {
    String fitting = Names.fit(name, 14, PLAIN);

    assertThat(fitting).isEqualTo(shown);
    assertThat(new AttributedString(fitting).columnLength()).isEqualTo(14);
  }

  @Test
  void everyNameFillsEveryWidth() {
    for (String name :
        List.of("日本語のファイル名.zip", "📦📁🎉.tar", "e\u0301\u0301\u0301\u0301\u0301x", "")) {
      for (int columns = 0; columns < 40; columns++) {
        String fitting = Names.fit(name, columns, PLAIN);
        assertThat(new AttributedString(fitting).columnLength()).isEqualTo(columns);
      }
    }
  }

  @Test
  void aNameThatIsAnAttackIsHarmless() {
    assertThat(Names.fit("a\u001b[2J\u001b]0;x\u0007b\r\n\u202ec\u009b31m", 30, PLAIN))
        .isEqualTo("a[2J]0;xb  c31m               ");
    assertThat(Names.fit("a" + "\u0301\u0302\u0303".repeat(1000), 3, PLAIN)).hasSizeLessThan(8);
  }

  @Test
  void aTerminalThatKnowsAsciiOnlyGetsNothingElse() {
    Glyphs ascii = Glyphs.of("xterm", StandardCharsets.US_ASCII, false);

    String line =
        Layout.frame(List.of(row("größe.bin", 1, 2)), TOTALS, 80, 24, ascii).get(0).toString();

    assertThat(line).startsWith("gr??e.bin ").contains("[#####     ]").matches("\\p{ASCII}*");
    assertThat(Glyphs.of("linux", StandardCharsets.UTF_8, false).unicode()).isFalse();
  }

  @Test
  void colorsAreLeftOutWhereTheyAreNotWanted() {
    List<Row> rows = List.of(row("a", 1, 2, 3));

    assertThat(styles(Layout.frame(rows, TOTALS, 120, 24, new Glyphs(true, true))))
        .isGreaterThan(0);
    assertThat(styles(Layout.frame(rows, TOTALS, 120, 24, PLAIN))).isZero();
  }

  private static long styles(List<AttributedString> frame) {
    return frame.stream()
        .flatMapToLong(
            line ->
                IntStream.range(0, line.length())
                    .filter(i -> !line.styleAt(i).equals(AttributedStyle.DEFAULT))
                    .asLongStream())
        .count();
  }

  private static List<String> frame(int columns, Row... rows) {
    return text(Layout.frame(List.of(rows), TOTALS, columns, 24, PLAIN));
  }

  private static List<String> text(List<AttributedString> frame) {
    return frame.stream().map(line -> line.toString().stripTrailing()).toList();
  }
}
