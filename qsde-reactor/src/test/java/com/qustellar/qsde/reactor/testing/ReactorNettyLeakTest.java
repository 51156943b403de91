package com.qustellar.qsde.reactor.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * The checks have nothing against a client that is closed: what Netty keeps is not a leak, and
 * sockets are not files.
 */
class ReactorNettyLeakTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientThatIsClosedLeavesNothing(boolean nativeTransport) {
    Body body = Body.random(1, 1_000_000);
    try (ScriptedOrigin origin = ScriptedOrigin.start()) {
      origin.serve("/file", body);
      LoopResources loops = LoopResources.create("qsde-loop", 2, true);
      ConnectionProvider connections = ConnectionProvider.create("qsde-connections", 4);
      try {
        byte[] received =
            HttpClient.create(connections)
                .runOn(loops, nativeTransport)
                .get()
                .uri(origin.uri("/file"))
                .responseContent()
                .aggregate()
                .asByteArray()
                .block(PATIENCE);
        assertThat(received).isEqualTo(body.bytes());
      } finally {
        connections.disposeLater().block(PATIENCE);
        loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
      }
    }
  }
}
