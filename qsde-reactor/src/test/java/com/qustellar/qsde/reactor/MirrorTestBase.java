package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One file at several places: {@code origin} is the request's own, {@code second} its mirror. */
abstract class MirrorTestBase extends EngineTestBase {

  static final Body BODY = Body.random(21, 32 * SEGMENT);
  static final Body OTHER = Body.random(22, BODY.length());

  private final List<ScriptedOrigin> more = new ArrayList<>();
  ScriptedOrigin second;

  @BeforeEach
  void serve() {
    second = origin();
    origin.serve("/file", BODY);
    second.serve("/mirror", BODY);
  }

  @AfterEach
  void closeMirrors() {
    more.forEach(ScriptedOrigin::close);
  }

  ScriptedOrigin origin() {
    ScriptedOrigin started = ScriptedOrigin.start();
    more.add(started);
    return started;
  }

  DownloadRequest mirrored() {
    return request("/file").withMirrors(second.uri("/mirror").toString()).withConnections(4);
  }

  DownloadRequest verified() {
    return mirrored().withChecksum("sha256:" + BODY.sha256());
  }

  static long sent(ScriptedOrigin from) {
    return from.requests().stream().mapToLong(RecordedRequest::bodyBytesSent).sum();
  }

  static void pace(ScriptedOrigin all, long bytesPerSecond) {
    all.onEvery((request, reply) -> reply.pacedAt(bytesPerSecond));
  }

  /** Returns a URI where nobody listens. */
  static URI nowhere() {
    try (ScriptedOrigin gone = ScriptedOrigin.start()) {
      return gone.uri("/gone");
    }
  }
}
