package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** An origin with one file, and a client that sends it what a test says. */
@Timeout(30)
abstract class OriginTestBase {

  static final Body BODY = Body.random(1, 1000);

  final ScriptedOrigin origin = ScriptedOrigin.start();
  RawClient client;

  @BeforeEach
  void serve() throws IOException {
    origin.serve("/file", Resource.of(BODY).withEtag("\"v1\""));
    client = new RawClient(origin);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    origin.close();
  }
}
