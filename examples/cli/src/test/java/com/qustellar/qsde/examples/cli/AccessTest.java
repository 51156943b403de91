package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, passwords and cookies: what is sent to whom, and that nobody sees them. */
class AccessTest extends CommandTestBase {

  @TempDir Path home;
  private final TestOrigin other = new TestOrigin();
  private final String homeBefore = System.getProperty("user.home");

  @AfterEach
  void stop() {
    System.setProperty("user.home", homeBefore);
    other.close();
  }

  @Test
  void aUserIsSentToTheUrlsOwnOriginOnly() {
    String elsewhere = other.serve("/file", "hello");
    String url = redirect("/file", elsewhere);

    assertThat(get("-v", "-u", "me:p\u00e4ss:word", url)).isZero();

    assertThat(origin.asked().get(0).header("Authorization")).isEqualTo(basic("me:p\u00e4ss:word"));
    assertThat(other.asked().get(0).header("Authorization")).isNull();
    assertThat(screen.out() + screen.err()).doesNotContain("ss:word");
  }

  @Test
  void aUserCountsBeforeThatOfTheUrlAndAHeaderBeforeBoth() {
    String url = origin.serve("/file", "hello").replace("//", "//url:login@");

    assertThat(get("--overwrite", url)).isZero();
    assertThat(get("--overwrite", "--user", "me:pw", url)).isZero();
    assertThat(get("--overwrite", "--user", "me:pw", "-H", "Authorization: Bearer x", url))
        .isZero();

    assertThat(origin.asked())
        .extracting(asked -> asked.header("Authorization"))
        .containsExactly(basic("url:login"), basic("me:pw"), "Bearer x");
  }

  @Test
  void netrcIsLookedUpWhereThereIsNoOtherLogin() throws IOException {
    System.setProperty("user.home", home.toString());
    Files.writeString(home.resolve(".netrc"), "machine 127.0.0.1\n  login me\n  password secret\n");
    String url = origin.serve("/file", "hello");

    assertThat(get("--overwrite", "-v", "--netrc", url)).isZero();
    assertThat(get("--overwrite", "--netrc", url.replace("//", "//url:login@"))).isZero();
    assertThat(get("--overwrite", "--netrc", "-u", "you:pw", url)).isZero();
    assertThat(get("--overwrite", url)).isZero();

    assertThat(origin.asked())
        .extracting(asked -> asked.header("Authorization"))
        .containsExactly(basic("me:secret"), basic("url:login"), basic("you:pw"), null);
    assertThat(screen.out() + screen.err()).doesNotContain("secret");
  }

  @Test
  void netrcStandsWhereTheEnvironmentSaysElseAtHome() {
    assertThat(AccessOptions.netrc("/etc/logins", "/home/me")).isEqualTo(Path.of("/etc/logins"));
    assertThat(AccessOptions.netrc(null, "/home/me")).isEqualTo(Path.of("/home/me/.netrc"));
    assertThat(AccessOptions.netrc("", "/home/me")).isEqualTo(Path.of("/home/me/.netrc"));
  }

  @Test
  void cookiesAreSentToWhereTheyBelong() throws IOException {
    Path cookies =
        Files.writeString(
            home.resolve("cookies.txt"),
            """
            # Netscape HTTP Cookie File
            127.0.0.1\tFALSE\t/\tFALSE\t0\ta\tsecret
            127.0.0.1\tFALSE\t/deep\tFALSE\t0\tb\t2
            127.0.0.1\tFALSE\t/\tTRUE\t0\tsecure\t3
            127.0.0.1\tFALSE\t/\tFALSE\t1000000000\tended\t4
            example.org\tTRUE\t/\tFALSE\t0\tother\t5
            """);
    String[] options = {"-v", "--cookies", cookies.toString()};

    assertThat(get(options, origin.serve("/file", "hello"))).isZero();
    assertThat(get(options, origin.serve("/deep/down", "hello"))).isZero();
    assertThat(get(options, "-H", "Cookie: mine=1", origin.serve("/third", "hello"))).isZero();

    assertThat(origin.asked())
        .extracting(asked -> asked.header("Cookie"))
        .containsExactly("a=secret", "b=2; a=secret", "mine=1");
    assertThat(screen.out() + screen.err()).doesNotContain("secret");
  }

  @Test
  void cookiesFollowNoRedirectToAnotherOrigin() throws IOException {
    Path cookies =
        Files.writeString(home.resolve("cookies"), "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1\n");
    String url = redirect("/file", other.serve("/file", "hello"));

    assertThat(get("--cookies", cookies.toString(), url)).isZero();

    assertThat(other.asked().get(0).header("Cookie")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-u secret http://host/x",
        "--usr=me:secret http://host/x",
        "--cookies /none/secret-free http://host/x",
        "--cookies BAD http://host/x",
        "--netrc http://host/x",
      })
  void whatCannotBeReadIsWrongUsageAndNotShown(String args) throws IOException {
    System.setProperty("user.home", home.resolve("none").toString());
    Path bad = Files.writeString(home.resolve("bad"), "\nhost a secret\n");

    assertThat(get(args.replace("BAD", bad.toString()).split(" "))).isEqualTo(2);

    assertThat(screen.errLines()).singleElement().asString().startsWith("qsde: ");
    assertThat(screen.err().replace("secret-free", "")).doesNotContain("secret");
    assertThat(origin.asked()).isEmpty();
  }

  private String redirect(String path, String location) {
    return origin.on(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          exchange.sendResponseHeaders(302, -1);
        });
  }

  private static String basic(String pair) {
    byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }
}
