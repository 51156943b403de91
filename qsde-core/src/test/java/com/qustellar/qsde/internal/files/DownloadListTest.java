package com.qustellar.qsde.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.internal.http.HeaderField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DownloadListTest {

  private final List<String> wrong = new ArrayList<>();

  private List<DownloadList.Item> read(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<DownloadList.Item> read(byte[] bytes) throws IOException {
    List<DownloadList.Item> items = new ArrayList<>();
    DownloadList.read(
        new ByteArrayInputStream(bytes),
        new DownloadList.Reader() {
          @Override
          public void item(DownloadList.Item item) {
            items.add(item);
          }

          @Override
          public void wrong(String why) {
            wrong.add(why);
          }
        });
    return items;
  }

  @Test
  void readsADownloadWithItsOptions() throws IOException {
    String digest = "sha256:" + "0".repeat(64);
    assertThat(
            read(
                "\uFEFF# a list\n\u3000\nhttp://a/1 \t http://b/1\n  out=x\n  # its place\n\tdir = d\n checksum="
                    + digest
                    + "\n header=A: b\n header=C: d\nhttp://a/2\n"))
        .containsExactly(
            new DownloadList.Item(
                3,
                List.of("http://a/1", "http://b/1"),
                "x",
                "d",
                Checksum.parse(digest),
                List.of(new HeaderField("A", "b"), new HeaderField("C", "d"))),
            new DownloadList.Item(10, List.of("http://a/2"), null, null, null, List.of()));
    assertThat(wrong).isEmpty();
  }

  @Test
  void goesOnBehindALineThatCantBeTaken() throws IOException {
    assertThat(read(" out=x\nhttp://a/1\n checksum=x\n out=y\nhttp://a/2\n nonsense\nhttp://a/3"))
        .extracting(DownloadList.Item::line)
        .containsExactly(7L);
    assertThat(wrong).hasSize(3);
    assertThat(wrong.get(0)).isEqualTo("line 1: an option stands below the URI that it is for");
    assertThat(wrong.get(1)).startsWith("line 3: ");
    assertThat(wrong.get(2)).startsWith("line 6: the option nonsense is not known");
  }

  @Test
  void onlyLinesThatAreNoUtf8AreLost() throws IOException {
    String list =
        """
        http://a/1
         out=\u00FC
        # \u00FC
        http://a/\u00FC
         out=y
        http://a/3
         out=z
         header=A: \u00FC
         nonsense
        http://a/4
        """;

    assertThat(read(list.getBytes(StandardCharsets.ISO_8859_1)))
        .extracting(DownloadList.Item::line)
        .containsExactly(10L);
    assertThat(wrong)
        .containsExactly(
            "line 2: it is no text in UTF-8",
            "line 4: it is no text in UTF-8",
            "line 8: it is no text in UTF-8");

    wrong.clear();
    assertThat(read(list.replace(" nonsense\n", "")))
        .extracting(DownloadList.Item::uris, DownloadList.Item::out)
        .contains(tuple(List.of("http://a/1"), "\u00FC"), tuple(List.of("http://a/\u00FC"), "y"));
    assertThat(wrong).isEmpty();
  }

  @Test
  void tellsWhatAStreamBeginsWithAndLeavesItThere() throws IOException {
    assertThat(first("\uFEFF<metalink/>")).isEqualTo('<');
    assertThat(first("{}")).isEqualTo('{');
    assertThat(first("")).isEqualTo(-1);
  }

  private static int first(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    InputStream in = new ByteArrayInputStream(bytes);
    int first = DownloadList.first(in);
    assertThat(in.readAllBytes()).isEqualTo(bytes);
    return first;
  }
}
