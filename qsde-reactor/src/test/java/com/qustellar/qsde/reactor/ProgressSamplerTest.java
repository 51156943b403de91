package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadState;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProgressSamplerTest {

  /** A file that is being opened when the pause comes is opened to its end, and planned. */
  @Test
  void anAnswerThatComesTooLateEndsNoPause() {
    ProgressSampler sampler = new ProgressSampler("id", "file");
    sampler.state(DownloadState.CONNECTING);
    sampler.state(DownloadState.PAUSED);
    sampler.planned(OptionalLong.of(10), 1);
    assertThat(sampler.state()).isEqualTo(DownloadState.PAUSED);

    sampler.queued();
    assertThat(sampler.state()).isEqualTo(DownloadState.QUEUED);
    sampler.planned(OptionalLong.of(10), 1);
    assertThat(sampler.state()).isEqualTo(DownloadState.DOWNLOADING);
  }
}
