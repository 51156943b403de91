package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Streams with what is known of them before the first byte, and what a mapper makes of that. */
class StreamInfoTest extends StreamTestBase {

  @Test
  void whatIsKnownComesBeforeTheFirstByte() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin
        .on("/file")
        .answer(
            reply ->
                reply
                    .header("Content-Type", "text/plain; charset=utf-8")
                    .header("Content-Disposition", "attachment; filename=\"../a.txt\""));
    Flux<Object> both =
        engine.stream(streamed(), (info, body) -> Flux.concat(Mono.just(info), collected(body)));
    List<Object> seen = both.collectList().block(LIMIT);
    assertThat(seen.get(0))
        .isInstanceOfSatisfying(
            StreamInfo.class,
            info -> {
              assertThat(info.totalBytes()).hasValue(BODY.length());
              assertThat(info.contentType()).isEqualTo("text/plain; charset=utf-8");
              assertThat(info.contentEncoding()).isNull();
              assertThat(info.fileName()).isEqualTo("a.txt");
              assertThat(info.etag()).isEqualTo("\"one\"");
              assertThat(info.finalUri()).isEqualTo(origin.uri("/file"));
            });
    assertThat((byte[]) seen.get(1)).isEqualTo(BODY.bytes());
  }

  @Test
  void theCodingOfABodyThatWasNotToHaveOneIsKnown() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin.on("/file").answer(reply -> reply.header("Content-Encoding", "gzip"));
    String coding =
        engine.stream(streamed(), (info, body) -> Mono.justOrEmpty(info.contentEncoding()))
            .blockLast(LIMIT);
    assertThat(coding).isEqualTo("gzip");
  }

  @Test
  void aFailureBeforeTheFirstByteNeedsNoMapper() {
    origin.on("/file").answer(Reply.status(404));
    assertThatThrownBy(() -> engine.stream(streamed(), (info, body) -> body).blockLast(LIMIT))
        .isInstanceOf(DownloadException.HttpStatus.class);
  }

  @Test
  void aMapperThatDoesNotWantTheBodyEndsTheDownload() {
    origin.serve("/file", Body.random(3, 64L << 20));
    Long length =
        engine.stream(streamed(), (info, body) -> Mono.just(info.totalBytes().orElseThrow()))
            .blockLast(LIMIT);
    assertThat(length).isEqualTo(64L << 20);
    await(() -> engine.downloads().isEmpty() && held() == 0);
  }

  @Test
  void aMapperMayFail() {
    origin.serve("/file", BODY);
    Flux<String> failing =
        engine.stream(
            streamed(),
            (info, body) -> {
              throw new IllegalStateException("no");
            });
    assertThatThrownBy(() -> failing.blockLast(LIMIT)).hasMessage("no");
    await(() -> engine.downloads().isEmpty() && held() == 0);
  }

  @Test
  void aBodyHasOneSubscriber() {
    origin.serve("/file", BODY);
    Flux<byte[]> twice =
        engine.stream(streamed(), (info, body) -> Flux.concat(collected(body), collected(body)));
    assertThatThrownBy(() -> twice.blockLast(LIMIT)).isInstanceOf(IllegalStateException.class);
  }
}
