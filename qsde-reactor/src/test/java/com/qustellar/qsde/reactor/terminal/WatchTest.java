package com.qustellar.qsde.reactor.terminal;

import static com.qustellar.qsde.reactor.terminal.Rows.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchTest {

  @Test
  void aDownloadWithoutANameHasThatOfItsUri() {
    DownloadRequest stream = DownloadRequest.of("http://me:secret@my_host:8080/x%20y?z");
    DownloadRequest here = DownloadRequest.of("http://host/x", Path.of(""));

    assertThat(Watch.name(stream, null)).isEqualTo("x y");
    assertThat(Watch.name(here, null)).isEqualTo("x");
    assertThat(Watch.name(here, "")).isEqualTo("x");
    assertThat(Watch.name(here, "y")).isEqualTo("y");
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
