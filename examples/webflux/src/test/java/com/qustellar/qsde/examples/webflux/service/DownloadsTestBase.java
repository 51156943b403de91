package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.reactor.testing.Body;
import java.net.URI;

/** A file that the service may download, and one that takes its time. */
abstract class DownloadsTestBase extends TestService {

  static final Body BODY = Body.random(1, 300_000);

  URI file() {
    origin.serve("/file.bin", BODY);
    return origin.uri("/file.bin");
  }

  /** Takes a minute; what has come when somebody ends it can be resumed. */
  URI slow() {
    origin.serve("/slow.bin", Body.random(2, 64L << 20));
    origin.on("/slow.bin").answer(reply -> reply.pacedAt(1 << 20));
    return origin.uri("/slow.bin");
  }
}
