package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadState;
import java.net.URI;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressSamplerTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A file that is being opened when the pause comes is opened to its end, and planned. */
  @Test
  void anAnswerThatComesTooLateEndsNoPause() {
    ProgressSampler sampler = new ProgressSampler("id", "file");
    sampler.state(DownloadState.CONNECTING);
    sampler.state(DownloadState.PAUSED);
    sampler.planned(OptionalLong.of(10), 1, 0);
    assertThat(sampler.state()).isEqualTo(DownloadState.PAUSED);

    sampler.queued();
    assertThat(sampler.state()).isEqualTo(DownloadState.QUEUED);
    sampler.planned(OptionalLong.of(10), 1, 0);
    assertThat(sampler.state()).isEqualTo(DownloadState.DOWNLOADING);
  }

  /** What a server without ranges had sent before a pause is sent again. */
  @Test
  void whatBeginsAnewHasASpeedAtTheFirstLook() {
    ProgressSampler sampler = new ProgressSampler("id", "file");
    sampler.connecting(0);
    sampler.planned(OptionalLong.empty(), 1, 0);
    sampler.received(1000);
    sampler.queued();

    sampler.connecting(10 * SECOND);
    sampler.planned(OptionalLong.empty(), 1, 11 * SECOND);
    sampler.received(100);
    assertThat(sampler.snapshot(12 * SECOND).bytesPerSecond()).isEqualTo(100);

    sampler.startedOver(
        new DownloadException.SourceChanged(URI.create("http://a/"), null, null), 13 * SECOND);
    sampler.received(60);
    assertThat(sampler.snapshot(14 * SECOND).bytesPerSecond()).isEqualTo(60);

    sampler.dropped(30, 15 * SECOND);
    sampler.received(20);
    assertThat(sampler.snapshot(16 * SECOND).bytesPerSecond()).isEqualTo(20);
  }
}
