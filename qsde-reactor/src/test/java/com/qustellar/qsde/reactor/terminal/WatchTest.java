package com.qustellar.qsde.reactor.terminal;

import static com.qustellar.qsde.reactor.terminal.Rows.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchTest {

  /** Java's own URI class takes no host with an underscore, and knows none then. */
  @Test
  void withoutAFileADownloadHasTheNameOfItsHostAlone() {
    DownloadRequest request = DownloadRequest.of("http://me:secret@my_host:8080/x");

    assertThat(Watch.name(request, null)).isEqualTo("my_host");
  }

  @Test
  void theTimeLeftIsNotOverBeforeItIs() {
    assertThat(Watch.timeLeft(1, 8 * MIB)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Watch.timeLeft(8 * MIB, 8 * MIB)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Watch.timeLeft(10 * MIB, 8 * MIB)).isEqualTo(Duration.ofSeconds(2));
    assertThat(Watch.timeLeft(0, 8 * MIB)).isZero();
    assertThat(Watch.timeLeft(10 * MIB, 0)).isNull();
  }
}
