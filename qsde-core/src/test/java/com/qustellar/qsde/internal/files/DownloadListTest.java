package com.qustellar.qsde.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

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

  private List<DownloadList.Item> read(String text) {
    List<DownloadList.Item> items = new ArrayList<>();
    DownloadList list =
        new DownloadList(
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
    text.lines().forEach(list::line);
    list.end();
    return items;
  }

  @Test
  void readsADownloadWithItsOptions() {
    String digest = "sha256:" + "0".repeat(64);
    assertThat(
            read(
                "\uFEFF# a list\n\nhttp://a/1 \t http://b/1\n  out=x\n\tdir = d\n checksum="
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
            new DownloadList.Item(9, List.of("http://a/2"), null, null, null, List.of()));
    assertThat(wrong).isEmpty();
  }

  @Test
  void goesOnBehindALineThatCantBeTaken() {
    assertThat(read(" out=x\nhttp://a/1\n checksum=x\n out=y\nhttp://a/2\n nonsense\nhttp://a/3"))
        .extracting(DownloadList.Item::line)
        .containsExactly(7L);
    assertThat(wrong).hasSize(3);
    assertThat(wrong.get(0)).isEqualTo("line 1: an option stands below the URI that it is for");
    assertThat(wrong.get(1)).startsWith("line 3: ");
    assertThat(wrong.get(2)).startsWith("line 6: the option nonsense is not known");
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
