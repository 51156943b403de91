package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Cookies are kept within a download. */
class CookieTest extends EngineTestBase {

  private static final Body BODY = Body.random(7, 3 * SEGMENT);

  private List<Optional<String>> sent(String path) {
    return origin.requests(path).stream()
        .map((RecordedRequest request) -> request.header("Cookie"))
        .toList();
  }

  private void gate() {
    origin.serve("/file", BODY);
    origin
        .on("/gate")
        .answer(Reply.redirect(302, "/file").addHeader("Set-Cookie", "pass=1; Path=/file"));
  }

  @Test
  void whatARedirectSetsIsSentOn() {
    gate();
    get(request("/gate"));
    assertThat(sent("/gate")).containsOnly(Optional.empty());
    assertThat(sent("/file")).hasSize(3).containsOnly(Optional.of("pass=1"));
  }

  @Test
  void itStandsBehindTheCallersOwn() {
    gate();
    get(request("/gate").withHeader("cookie", "own=2"));
    assertThat(sent("/file")).containsOnly(Optional.of("own=2; pass=1"));
  }

  @Test
  void anotherDownloadKnowsNothingOfIt() {
    gate();
    get(request("/gate"));
    get(request("/file").withOverwrite(true));
    assertThat(sent("/file")).endsWith(Optional.empty(), Optional.empty(), Optional.empty());
  }
}
