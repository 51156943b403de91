package com.qustellar.qsde.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.internal.files.Netrc.Credentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetrcTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "machine host login me password pw",
        "machine host\n\tlogin me\n\tpassword pw\n",
        "machine other login x password y\nmachine host login me password pw",
        "machine HOST password pw account bill login me",
        "machine host login me password pw\nmachine host login second password pw2",
        "# machine host login no password no\nmachine host login me # or you\npassword pw",
        "machine host login \"me\" password \"pw\"",
        "macdef init\nmachine host login no password no\n\nmachine host login me password pw",
        "machine other login x\nmacdef m\ncd /\n\t\nmachine host login me password pw",
        "port 21 machine host login me password pw default login x password y",
        "default login me password pw",
      })
  void entriesAreReadInEveryForm(String text) {
    assertThat(Netrc.parse(text).find("host")).contains(new Credentials("me", "pw"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "machine",
        "login me password pw",
        "machine host",
        "machine hosts login me password pw",
        "machine host default login me password pw",
        "macdef init\nmachine host login me password pw",
        "macdef",
      })
  void otherwiseNobodyIsNamed(String text) {
    assertThat(Netrc.parse(text).find("host")).isEmpty();
  }

  @Test
  void quotedWordsHoldSpacesAndQuotes() {
    assertThat(Netrc.parse("machine host login \"a b\" password \"p\\\"\\\\#\"").find("host"))
        .contains(new Credentials("a b", "p\"\\#"));
    assertThat(Netrc.parse("machine host login me password p#w").find("host"))
        .contains(new Credentials("me", "p#w"));
  }

  @Test
  void halfAnEntryIsOne() {
    assertThat(Netrc.parse("machine host login me").find("host"))
        .contains(new Credentials("me", ""));
    assertThat(Netrc.parse("machine host password \"pw").find("host"))
        .contains(new Credentials("", "pw"));
  }

  @Test
  void passwordsAreNotShown() {
    assertThat(new Credentials("me", "secret").toString()).contains("me").doesNotContain("secret");
  }
}
