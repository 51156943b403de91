package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.logging.InternalLoggerFactory;
import org.junit.jupiter.api.Test;

class EngineStartTest {

  @Test
  void nettyDoesNotWarnOnTheScreen() {
    try (EngineStart start = new EngineStart(GetCommand.NAME)) {
      assertThat(start.await()).isNotNull();
      assertThat(InternalLoggerFactory.getInstance("io.netty").isErrorEnabled()).isFalse();
    }
  }
}
