package com.qustellar.qsde.examples.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Secrets wherever an option takes one; and then a search of the screen and of all that is left.
 */
class SecretsTest extends CommandTestBase {

  /** What every secret has in it. */
  private static final String MARK = "hush";

  private static final List<String> SECRETS =
      List.of(MARK, basic("user:" + MARK), basic("proxy:" + MARK), basic("net:" + MARK));

  @TempDir Path outside;
  private final String homeBefore = System.getProperty("user.home");

  @BeforeEach
  void prepare() throws IOException {
    System.setProperty("user.home", outside.toString());
    Files.writeString(outside.resolve(".netrc"), "machine 127.0.0.1 login net password hush");
    Files.writeString(
        outside.resolve("cookies"), "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\thush-cookie\n");
    origin.serve("/real", "content");
    origin.on(
        "/file",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/real?token=hush");
          exchange.getResponseHeaders().set("Set-Cookie", "id=hush");
          exchange.sendResponseHeaders(302, -1);
        });
    origin.fail("/gone", 410);
    AtomicInteger asked = new AtomicInteger();
    origin.on(
        "/busy",
        exchange -> {
          boolean first = asked.getAndIncrement() == 0;
          exchange.getResponseHeaders().set("Location", "/real?token=hush");
          exchange.sendResponseHeaders(first ? 503 : 302, -1);
        });
    origin.on(
        "/refused",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "ftp://user:hush@example.org/?hush");
          exchange.sendResponseHeaders(302, -1);
        });
  }

  @AfterEach
  void stop() {
    System.setProperty("user.home", homeBefore);
  }

  private static String basic(String pair) {
    return Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }

  private String url(String path) {
    return origin.url(path).replace("//", "//user:hush@") + "?signature=hush";
  }

  @ParameterizedTest
  @ValueSource(strings = {"-v", "-q", "--json", "--ui=on -v", "--ui=off", "--if-newer"})
  void noneIsShownOrLeft(String how) throws IOException {
    String cookies = outside.resolve("cookies").toString();
    String[] always = ("--netrc --retries 1 -H X-Token:hush --cookies " + cookies).split(" ");
    String[] options =
        Stream.of(always, how.split(" ")).flatMap(Arrays::stream).toArray(String[]::new);

    assertThat(get(options, url("/file"), url("/busy"))).isZero();
    assertThat(get(options, origin.url("/real?hush"))).isZero();
    assertThat(get(options, url("/gone"), url("/refused"), "http://hush:hush@127.0.0.1:1/?hush"))
        .isEqualTo(1);
    assertThat(
            get(options, "-u", "user:hush", "--proxy", "http://proxy:hush@127.0.0.1:1", url("/")))
        .isEqualTo(1);

    assertThat(origin.asked())
        .anyMatch(asked -> "hush".equals(asked.header("X-Token")))
        .anyMatch(asked -> ("Basic " + basic("user:hush")).equals(asked.header("Authorization")))
        .anyMatch(asked -> ("Basic " + basic("net:hush")).equals(asked.header("Authorization")))
        .anyMatch(asked -> String.valueOf(asked.header("Cookie")).contains("hush-cookie"));
    assertNothingIsShownOrLeft();
  }

  @Test
  void onlyTheUrlIsInTheListOfFailures() throws IOException {
    Path failures = outside.resolve("failures");
    String list = failures.toString();

    assertThat(get(new String[] {"-H", "X-Token: hush", "--failures", list}, url("/gone")))
        .isEqualTo(1);

    assertThat(Files.readString(failures).replace(url("/gone"), "")).doesNotContain(MARK);
    assertThat(Files.readString(failures)).contains(url("/gone"));
    assertThat(get(new String[] {"-i", list})).isEqualTo(1);
    assertNothingIsShownOrLeft();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:hush@/?hush",
        "http://user:hush@[::1/?hush",
        "ftp://user:hush@example.org/?hush",
        "user:hush@example.org/?hush",
        "-H hush http://127.0.0.1:1/",
        "-H Host:hush http://127.0.0.1:1/",
        "-H X(Y:hush http://127.0.0.1:1/",
        "-u hush http://127.0.0.1:1/",
        "--proxy http://user:hush@:x http://127.0.0.1:1/",
        "--proxy gopher://user:hush@example.org http://127.0.0.1:1/",
        "--proxy user:hush@ http://127.0.0.1:1/",
        "--headers X-Token:hush http://127.0.0.1:1/",
        "--user=user:hush --user=other:hush http://127.0.0.1:1/",
        "--cookies LISTS/cookies.txt http://127.0.0.1:1/",
        "-i LISTS/urls.txt",
        "-i LISTS/headers.txt",
        "-i LISTS/failures.jsonl",
        "LISTS/release.meta4",
      })
  void noneIsShownOfWhatIsWrong(String args) throws IOException {
    Files.writeString(outside.resolve("cookies.txt"), "hush\thush\n");
    Files.writeString(outside.resolve("urls.txt"), "http://user:hush@/?hush\n");
    Files.writeString(outside.resolve("headers.txt"), "http://127.0.0.1:1/\n  header=X Y: hush\n");
    Files.writeString(outside.resolve("failures.jsonl"), "{\"uri\":\"http://user:hush@/?hush\"}\n");
    Files.writeString(
        outside.resolve("release.meta4"),
        "<metalink xmlns='urn:ietf:params:xml:ns:metalink'><file name='a'>"
            + "<url>http://user:hush@/?hush</url></file></metalink>");

    assertThat(get(args.replace("LISTS", outside.toString()).split(" "))).isNotZero();

    assertThat(screen.err()).isNotBlank();
    assertNothingIsShownOrLeft();
  }

  private void assertNothingIsShownOrLeft() throws IOException {
    assertThat(screen.out()).doesNotContain(SECRETS);
    assertThat(screen.err()).doesNotContain(SECRETS);
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(file.toString()).doesNotContain(SECRETS);
        assertThat(new String(Files.readAllBytes(file), ISO_8859_1)).doesNotContain(SECRETS);
      }
    }
  }
}
