package com.qustellar.qsde.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "foo.tar.gz | foo.tar.gz",
        "grün €.txt | grün €.txt",
        "/etc/passwd | passwd",
        "../../etc/passwd | passwd",
        "..\\..\\evil.exe | evil.exe",
        "C:\\dir/evil.exe | evil.exe",
        "a/b\\c | c",
        "C:evil | C_evil",
        "x:stream | x_stream",
        "a<b>c:d\"e?f*g | a_b_c_d_e_f_g",
        ".bashrc | bashrc",
        "...x... | x",
        "`. . x . .` | x",
        "`name. ` | name",
        "con | _con",
        "NUL.txt | _NUL.txt",
        "nul.tar.gz | _nul.tar.gz",
        "`Aux .txt` | `_Aux .txt`",
        "com1 | _com1",
        "LPT9.log | _LPT9.log",
        "COM¹ | _COM¹",
        "CONIN$ | _CONIN$",
        "console.txt | console.txt",
        "com10 | com10",
        "nullable | nullable",
        "file.con | file.con",
        "-rf | -rf",
        "x.qsde-part | x_qsde-part",
        "x.qsde-version | x_qsde-version",
        "x.QSDE-Journal | x_QSDE-Journal",
        "x.qsde-part.txt | x.qsde-part.txt",
      })
  void nameIsMadeHarmless(String name, String safe) {
    assertThat(FileNames.safe(name)).isEqualTo(safe);
    assertThat(FileNames.safe(safe)).isEqualTo(safe);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "..",
        "...",
        "/",
        "\\",
        "dir/",
        "a/..",
        "a\\.",
        "\u0000",
        "\u202e",
        "\u00a0 ."
      })
  void nothingIsDownload(String name) {
    assertThat(FileNames.safe(name)).isEqualTo("download");
  }

  @Test
  void invisibleCharactersVanish() {
    assertThat(FileNames.safe("a\u0000b\u001b[31mc\r\nd\u007f\u0085e")).isEqualTo("ab[31mcde");
    assertThat(FileNames.safe("evil\u202egpj.exe\u2066\u200f\u061c")).isEqualTo("evilgpj.exe");
    assertThat(FileNames.safe("\ufeffa\u200bb\u2028c\u00ad")).isEqualTo("abc");
    assertThat(FileNames.safe("\u0000.hidden")).isEqualTo("hidden");
    assertThat(FileNames.safe("N\u200bUL")).isEqualTo("_NUL");
    assertThat(FileNames.safe("a\ud800b|c")).isEqualTo("a_b_c");
    assertThat(FileNames.safe("\ud83d\udc69\u200d\ud83d\udcbb.png"))
        .isEqualTo("\ud83d\udc69\u200d\ud83d\udcbb.png");
  }

  @Test
  void longNamesKeepAShortExtension() {
    assertThat(FileNames.safe("a".repeat(230))).isEqualTo("a".repeat(230));
    assertThat(FileNames.safe("a".repeat(231))).isEqualTo("a".repeat(230));
    assertThat(FileNames.safe("a".repeat(500) + ".zip")).isEqualTo("a".repeat(226) + ".zip");
    assertThat(FileNames.safe("a".repeat(500) + ".tar.gz")).isEqualTo("a".repeat(223) + ".tar.gz");
    assertThat(FileNames.safe("a." + "b".repeat(500))).isEqualTo("a." + "b".repeat(228));
    assertThat(FileNames.safe("é".repeat(200) + ".x")).isEqualTo("é".repeat(114) + ".x");
    assertThat(FileNames.safe("\ud83d\ude00".repeat(100))).isEqualTo("\ud83d\ude00".repeat(57));
    assertThat(FileNames.safe("a".repeat(229) + ". b" + "c".repeat(50))).isEqualTo("a".repeat(229));
    assertThat(FileNames.safe("a".repeat(220) + ".qsde-part" + "c".repeat(50)))
        .isEqualTo("a".repeat(220) + "_qsde-part");
  }

  @ParameterizedTest
  @CsvSource({
    "http://h/dir/file.zip?x=/y#/z, file.zip",
    "http://h/dir/file%20name.zip, file name.zip",
    "http://h/%E2%82%AC.txt, €.txt",
    "http://h/%FF.txt, %FF.txt",
    "http://h/a+b.txt, a+b.txt",
    "http://h/\ud83d\ude00%20\ud83d\ude00.txt, \ud83d\ude00 \ud83d\ude00.txt",
    "http://h/..%2F..%2Fetc%2Fpasswd, passwd",
    "http://h/x%5C..%5Cevil.exe, evil.exe",
    "http://h/x%00%0Ay, xy",
    "http://h/..;a, ;a",
    "http://h/%2e%2e, download",
    "http://h/dir/, download",
    "http://h/, download",
    "http://h, download",
    "http://my_host/f, f",
    "mailto:a@b, download",
  })
  void uriGivesTheLastElementOfItsPath(URI uri, String name) {
    assertThat(FileNames.fromUri(uri)).isEqualTo(name);
  }

  @Test
  void randomNamesAreSafe() {
    Random random = new Random(230);
    int[] pieces = {
      '/', '\\', '.', ' ', ':', 'a', 'N', 'U', 'L', 0, 10, 27, 0x202E, 0x20AC, 0x1F600, 0xD800, 0xA0
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder name = new StringBuilder();
      for (int n = random.nextInt(random.nextInt(20) == 0 ? 400 : 8); n > 0; n--) {
        name.appendCodePoint(pieces[random.nextInt(pieces.length)]);
      }
      String safe = FileNames.safe(name.toString());
      assertThat(safe)
          .as("from %s", name)
          .isNotEmpty()
          .doesNotContain("/", "\\", ":", "\u0000", "\n", "\u001b", "\u202e")
          .doesNotStartWith(".")
          .doesNotEndWith(".")
          .doesNotEndWith(" ");
      assertThat(safe.getBytes(UTF_8).length).isLessThanOrEqualTo(230);
      assertThat(new String(safe.getBytes(UTF_8), UTF_8)).isEqualTo(safe);
      assertThat(FileNames.safe(safe)).isEqualTo(safe);
    }
  }

  @Test
  void partAndJournalStandBesideTheTarget() {
    assertThat(FileNames.part("file.zip")).isEqualTo("file.zip.qsde-part");
    assertThat(FileNames.journal("file.zip")).isEqualTo("file.zip.qsde-journal");
    assertThat(FileNames.version("file.zip")).isEqualTo("file.zip.qsde-version");
    String longest = "a".repeat(242);
    assertThat(FileNames.part(longest)).isEqualTo(longest + ".qsde-part");
    assertThat(FileNames.journal(longest)).isEqualTo(longest + ".qsde-journal").hasSize(255);
  }

  @Test
  void namesTooLongForTheSuffixAreHashed() {
    String name = "a".repeat(243);
    assertThat(FileNames.part(name))
        .isEqualTo("a".repeat(209) + "-" + "0a4845f78a1b49437332849eaacc0216" + ".qsde-part");
    Set<String> names = new HashSet<>();
    for (String end : new String[] {"x", "y", "é", "\ud83d\ude00", "zz"}) {
      for (String fill : new String[] {"a", "é", "€", "\ud83d\ude00"}) {
        String target = fill.repeat(260) + end;
        String journal = FileNames.journal(target);
        assertThat(journal.getBytes(UTF_8).length).isBetween(252, 255);
        assertThat(journal).isEqualTo(FileNames.journal(target));
        assertThat(journal.replace(".qsde-journal", ".qsde-part"))
            .isEqualTo(FileNames.part(target));
        names.add(journal);
      }
    }
    assertThat(names).hasSize(20);
  }
}
