package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.internal.metalink.Metalink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetalinkTest extends CommandTestBase {

  @TempDir Path home;
  private final List<String> wrong = new ArrayList<>();

  @Test
  void aMetalinkIsReadWithWhatStandsInItAndNoMore() throws IOException {
    Path file =
        metalink(
            """
            <published>2009-05-15T12:23:23Z</published>
            <file name="example.ext">
              <size>14471447</size>
              <identity>Example</identity>
              <hash type="md5">098f6bcd4621d373cade4e832627b4f6</hash>
              <hash type="sha-256">2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824</hash>
              <hash type="sha3-256">no matter</hash>
              <pieces length="1048576" type="sha-512"><hash>abc</hash><hash>def</hash></pieces>
              <url>http://last.example/f</url>
              <url location="de" priority="2">http://second.example/f</url>
              <url priority="1"> https://first.example/f?a=1&amp;b=2 </url>
              <url priority="1">ftp://ftp.example/f</url>
              <metaurl mediatype="torrent" priority="1">http://example/f.torrent</metaurl>
            </file>
            <file name="two">
              so far <size>5<!-- bytes --></size>
              <url><![CDATA[HTTP://host/]]>two<b>!</b></url>
            </file>
            """);

    assertThat(MetalinkFiles.read(file, wrong::add))
        .containsExactly(
            new Metalink.Item(
                3,
                "example.ext",
                OptionalLong.of(14_471_447),
                Checksum.parse("sha256:" + HELLO_SHA256),
                List.of(
                    "https://first.example/f?a=1&b=2",
                    "http://second.example/f",
                    "http://last.example/f")),
            new Metalink.Item(16, "two", OptionalLong.of(5), null, List.of("HTTP://host/two")));
    assertThat(wrong).isEmpty();
  }

  @Test
  void itsFilesAreDownloadedVerifiedAndNamed() throws IOException {
    Path file =
        metalink(
            "<file name='sub/one'><size>5</size><hash type='sha-256'>"
                + HELLO_SHA256
                + "</hash><url priority='3'>"
                + origin.url("/not/asked")
                + "</url><url priority='1'>"
                + origin.fail("/gone", 404)
                + "</url><url priority='2'>"
                + origin.serve("/1", "hello")
                + "</url></file><file name='two'><url>"
                + origin.serve("/2", "2")
                + "</url></file>");

    assertThat(get("-i", file.toString())).isZero();

    assertThat(dir.resolve("sub/one")).hasContent("hello");
    assertThat(dir.resolve("two")).hasContent("2");
    assertThat(screen.err()).contains("one: 5 B in ").contains(", sha256 verified");
    assertThat(origin.asked())
        .extracting(TestOrigin.Asked::path)
        .containsExactlyInAnyOrder("/gone", "/1", "/2");

    assertThat(get("--existing", "skip", file.toString())).isZero();
    assertThat(get("--existing", "skip", file.toUri().toString())).isZero();
    assertThat(origin.asked()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"4, hello", "6, hello", "0, hello", "1, ''"})
  void aFileThatHasNotItsSizeFails(int size, String body) throws IOException {
    Path file =
        metalink(
            "<file name='x'><size>"
                + size
                + "</size><url>"
                + origin.serve("/x", body)
                + "</url></file>");

    assertThat(get(file.toString())).isEqualTo(1);
    assertThat(dir).isEmptyDirectory();
    assertThat(screen.errLines().get(0))
        .startsWith("qsde: " + origin.url("/x"))
        .endsWith(
            "it has %d bytes, not the %d that are expected: check the size or the source"
                .formatted(body.length(), size));
  }

  @Test
  void aFileThatTellsNoLengthMustHaveItsSizeAllTheSame() throws IOException {
    String url =
        origin.on(
            "/x",
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(new byte[] {'h', 'e', 'l', 'l', 'o'});
            });
    String name = "<file name='x'><size>";

    assertThat(get(metalink(name + "6</size><url>" + url + "</url></file>").toString()))
        .isEqualTo(1);
    assertThat(get(metalink(name + "4</size><url>" + url + "</url></file>").toString()))
        .isEqualTo(1);
    assertThat(dir).isEmptyDirectory();
    assertThat(screen.err())
        .contains("it has 5 bytes, not the 6 that are expected")
        .contains("it has more than the 4 bytes that are expected");

    String right = metalink(name + "5</size><url>" + url + "</url></file>").toString();
    assertThat(get("-v", right)).isZero();
    assertThat(dir.resolve("x")).hasContent("hello");
    assertThat(screen.err()).doesNotContain("told no length");
    assertThat(get("-o", "-", right)).isZero();
    assertThat(screen.out()).isEqualTo("hello");
  }

  @Test
  void aMirrorOfAnotherSizeIsLeftForTheNext() throws IOException {
    Path file =
        metalink(
            "<file name='x'><size>5</size><url priority='1'>"
                + origin.serve("/wrong", "hell")
                + "</url><url priority='2'>"
                + origin.serve("/right", "hello")
                + "</url></file>");

    assertThat(get(file.toString())).isZero();
    assertThat(dir.resolve("x")).hasContent("hello");
  }

  @Test
  void aBoundOfOnesOwnIsAnotherThingThanASize() throws IOException {
    Path file =
        metalink(
            "<file name='x'><size>4</size><url>" + origin.serve("/x", "hello") + "</url></file>");

    assertThat(get("--max-bytes", "3", file.toString())).isEqualTo(1);
    assertThat(get("--max-bytes", "4", file.toString())).isEqualTo(1);

    assertThat(screen.errLines().get(0)).contains("3 bytes").contains("raise the limit");
    assertThat(screen.errLines().get(2)).contains("it has 5 bytes, not the 4");
  }

  @Test
  void theSizeIsKeptForAnotherTry() throws IOException {
    Path failures = home.resolve("failures");
    Path file =
        metalink("<file name='x'><size>4</size><url>" + origin.fail("/x", 404) + "</url></file>");
    assertThat(get("--failures", failures.toString(), file.toString())).isEqualTo(1);
    origin.serve("/x", "hello");

    assertThat(get("-i", failures.toString())).isEqualTo(1);

    assertThat(screen.err()).contains("it has 5 bytes, not the 4 that are expected");
  }

  @ParameterizedTest
  @CsvSource({
    "a/b/c, a/b/c",
    "../../etc/passwd, etc/passwd",
    "/etc/passwd, etc/passwd",
    "a/./b, a/b",
    "a/.../b, a/b",
    "C:\\dir\\x, C_/dir/x",
    ".., download",
    "a/, a/download",
    ".hidden/.x, hidden/x"
  })
  void noNameLeadsOutOfTheDirectory(String name, String file) {
    assertThat(
            MetalinkFiles.in(
                dir,
                new Metalink.Item(1, name, OptionalLong.empty(), null, List.of("http://host/"))))
        .isEqualTo(dir.resolve(file));
    assertThat(dir.resolve(file).getParent()).isDirectory();
  }

  @Test
  void noOtherFileIsReadAndNoEntityGrows() throws IOException {
    Path secret = Files.writeString(home.resolve("secret"), "http://host/secret");
    for (String doctype :
        List.of(
            "<!DOCTYPE metalink [<!ENTITY x SYSTEM '" + secret.toUri() + "'>]>",
            "<!DOCTYPE metalink SYSTEM '" + origin.url("/dtd") + "'>",
            "<!DOCTYPE metalink [<!ENTITY a 'aaaaaaaaaa'><!ENTITY x '&a;&a;&a;&a;'>]>")) {
      Path file =
          Files.writeString(
              home.resolve("bad.meta4"),
              doctype
                  + "<metalink xmlns='urn:ietf:params:xml:ns:metalink'>"
                  + "<file name='x'><url>http://host/&x;</url></file></metalink>");

      assertThatThrownBy(() -> MetalinkFiles.read(file, wrong::add))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("document type");
    }
    assertThat(origin.asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<file name='x'/> | line 4: x has no http or https URL",
        "<file name='x'><url>ftp://a/</url></file> | line 4: x has no http or https URL",
        "<file><url>http://a/</url></file> | line 4: a file has no name",
        "<file name='x'><hash type='md5'>1</hash><url>http://a/</url></file> | line 4: md5 takes 32",
        "<file name='x'><url>http:///</url></file> | line 4: http:",
        "<file name='x'><url>http://a/</url><url>http://b:x/</url></file> | line 4: http://b:x/",
        "<file name='1/x'><url>http://a/</url></file> | line 4: its directory can't be made: ",
      })
  void aFileThatCannotBeTakenHasFailedAndCostsNoOther(String bad, String message)
      throws IOException {
    Files.writeString(dir.resolve("1"), "a file");
    Path file = metalink("\n" + good("before") + "\n" + bad + "\n" + good("after"));

    assertThat(get("-i", file.toString())).isEqualTo(1);

    assertThat(dir.resolve("before")).hasContent("before");
    assertThat(dir.resolve("after")).hasContent("after");
    assertThat(screen.errLines()).first().asString().startsWith("qsde: " + file + ", " + message);
    assertThat(screen.errLines()).last().asString().startsWith("2 completed, 1 failed, ");

    assertThat(get("-q", "--json", "--overwrite", file.toString())).isEqualTo(1);
    assertThat(screen.outLines())
        .first()
        .asString()
        .startsWith("{\"event\":\"failed\",\"id\":null,\"file\":null,\"error\":\"InvalidRequest\",")
        .contains(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<file name='x'>", "<file name=x/>", "<file name='x'><url>&y;</url></file>"})
  void whatIsNoXmlHidesOnlyWhatFollows(String bad) throws IOException {
    Path file = metalink(good("before") + "\n" + bad + "\n");

    assertThat(get("-i", file.toString())).isEqualTo(1);

    assertThat(dir.resolve("before")).hasContent("before");
    assertThat(screen.errLines()).first().asString().endsWith(": it is no XML that could be read");
    assertThat(screen.errLines()).last().asString().startsWith("1 completed, 1 failed, ");
  }

  @Test
  void optionsThatCannotWorkAreWrongUsage() throws IOException {
    assertThat(get("-H", "Range: bytes=1-", metalink(good("a") + good("b")).toString()))
        .isEqualTo(2);

    assertThat(screen.errLines()).singleElement().asString().contains("Range");
    assertThat(dir).isEmptyDirectory();
  }

  private String good(String name) {
    String url = origin.serve("/" + name, name);
    return "<file name='" + name + "'><url>" + url + "</url></file>";
  }

  @Test
  void whatIsNoMetalinkIsWrongUsage() throws IOException {
    Path html = Files.writeString(home.resolve("list"), "\n<html/>".strip());

    assertThat(get("-i", html.toString())).isEqualTo(2);
    assertThat(get(home.resolve("none.meta4").toString())).isEqualTo(2);
    assertThat(get("file://host/none")).isEqualTo(2);

    assertThat(screen.errLines().get(0)).contains("it is no Metalink of RFC 5854");
    assertThat(screen.errLines().get(1)).contains("none.meta4");
    assertThat(screen.errLines()).hasSize(3);
  }

  @Test
  void itMayComeFromStdin() throws IOException {
    String url = origin.serve("/f", "hello");
    InputStream before = System.in;
    System.setIn(Files.newInputStream(metalink("<file name='x'><url>" + url + "</url></file>")));
    try {
      assertThat(get("-i", "-")).isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(dir.resolve("x")).hasContent("hello");
  }

  @Test
  void aUrlThatEndsLikeOneIsDownloaded() {
    assertThat(get(origin.serve("/x.meta4", "<metalink/>"))).isZero();

    assertThat(dir.resolve("x.meta4")).hasContent("<metalink/>");
  }

  private Path metalink(String body) throws IOException {
    return Files.writeString(
        home.resolve("list.meta4"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">"
            + body
            + "</metalink>");
  }
}
