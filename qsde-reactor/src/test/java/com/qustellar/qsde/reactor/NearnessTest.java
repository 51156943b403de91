package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel tells of the way to a server. */
class NearnessTest {

  private MultiThreadIoEventLoopGroup loop;

  @BeforeEach
  void start() {
    assumeTrue(Epoll.isAvailable(), "Linux and its own sockets");
    loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  }

  @AfterEach
  void stop() {
    if (loop != null) {
      loop.shutdownGracefully().syncUninterruptibly();
    }
  }

  /** As is one whose packets all had to be sent twice. */
  @Test
  void aConnectionOnWhichNothingWasMeasuredIsNotKnownToBeNear() {
    EpollSocketChannel channel = new EpollSocketChannel();
    loop.register(channel).syncUninterruptibly();
    assertThat(channel.tcpInfo().rtt()).isZero();
    assertThat(Nearness.isNear(channel)).isFalse();
    channel.close().syncUninterruptibly();
  }
}
