package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** Connections and addresses that end while a stream goes on: what breaks is not seen. */
class StreamBreaksTest extends StreamTestBase {

  @Test
  void aResetAfterTheFirstByteIsNotSeen() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .answer((request, reply) -> breaksOnce(request.header("Range").orElseThrow(), reply));
    DownloadRequest request = streamed().withChecksum("sha256:" + BODY.sha256());
    assertThat(bytes(engine.stream(request))).isEqualTo(BODY.bytes());
    assertThat(bytesSent()).isGreaterThanOrEqualTo(BODY.length());
  }

  /** The rest of a segment does not begin at a multiple of its size. */
  private static Reply breaksOnce(String range, Reply reply) {
    long from = Long.parseLong(range.substring("bytes=".length(), range.indexOf('-')));
    return from % SEGMENT == 0 ? reply.resetAfter(20_000) : reply;
  }

  @Test
  void aBodyWithoutRangesGoesOnWhereItBrokeIfItsVersionHasAName() {
    origin.serve("/file", Resource.of(BODY).withoutRanges().withEtag("\"one\""));
    origin.on("/file").request(1).resetAfter(100_000);
    assertThat(bytes(engine.stream(streamed()))).isEqualTo(BODY.bytes());
  }

  @Test
  void aBodyThatNothingNamesFailsWhereItBroke() {
    origin.serve("/file", Resource.of(BODY).withoutRanges().withoutValidators());
    origin.on("/file").request(1).resetAfter(100_000);
    assertThatThrownBy(() -> bytes(engine.stream(streamed())))
        .isInstanceOf(DownloadException.InvalidResponse.class);
  }

  @Test
  void rangesThatAreRefusedLaterLeaveOneStream() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin.on("/file").requestsFrom(3).serve(Resource.of(BODY).withEtag("\"one\"").withoutRanges());
    assertThat(bytes(engine.stream(streamed()))).isEqualTo(BODY.bytes());
  }

  @Test
  void aFileThatChangesMeanwhileFailsTheStream() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin
        .on("/file")
        .requestsFrom(3)
        .serve(Resource.of(Body.random(8, BODY.length())).withEtag("\"two\""));
    assertThatThrownBy(() -> bytes(engine.stream(streamed())))
        .isInstanceOf(DownloadException.SourceChanged.class);
  }

  @Test
  void aSignedTargetMayExpireInBetween() {
    origin.serve("/signed/1", BODY);
    origin.serve("/signed/2", BODY);
    origin.serve("/signed/3", BODY);
    origin.on("/file").request(1).answer(Reply.redirect(302, "/signed/1"));
    origin.on("/file").request(2).answer(Reply.redirect(302, "/signed/2"));
    origin.on("/file").requestsFrom(3).answer(Reply.redirect(302, "/signed/3"));
    origin.on("/signed/1").requestsFrom(3).answer(Reply.status(403));
    origin.on("/signed/2").requestsFrom(3).answer(Reply.status(403));
    DownloadRequest request = streamed().withConnections(1).withChecksum("sha256:" + BODY.sha256());
    assertThat(bytes(engine.stream(request))).isEqualTo(BODY.bytes());
    assertThat(origin.requests("/file")).hasSize(3);
  }

  /** Its connections break every 2 MiB, and its address expires twice. */
  @Test
  void aLongStreamSurvivesALinkThatNeverHolds() {
    Body large = Body.random(11, 64L << 20);
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger signed = new AtomicInteger();
    Set<String> used = ConcurrentHashMap.newKeySet();
    IntSupplier good = () -> Math.min(3, 1 + answered.get() / 20);
    origin.serve("/signed", large);
    origin
        .on("/file")
        .answer(
            (request, reply) ->
                Reply.redirect(
                    302, "/signed?id=" + signed.incrementAndGet() + "&number=" + good.getAsInt()));
    origin
        .on("/signed")
        .answer(
            (request, reply) -> {
              String target = request.target();
              answered.incrementAndGet();
              // However long the client was kept from it: what was just signed is good once.
              return used.add(target) || target.charAt(target.length() - 1) - '0' >= good.getAsInt()
                  ? reply.resetAfter(2 << 20)
                  : Reply.status(403);
            });
    use(DownloadEngine.builder().retryPolicy(QUICK));
    StreamMemory memory = ((NettyDownloadEngine) engine).streamMemory();
    MessageDigest digest = HashAlgorithm.SHA256.newDigest();
    AtomicLong most = new AtomicLong();
    DownloadRequest request = streamed().withChecksum("sha256:" + large.sha256());
    engine.stream(request)
        .doOnNext(
            bytes -> {
              most.accumulateAndGet(memory.held(), Math::max);
              digest.update(bytes);
            })
        .blockLast(LIMIT);
    assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(large.sha256());
    assertThat(origin.requests("/file")).hasSizeGreaterThanOrEqualTo(3);
    assertThat(most.get()).isLessThanOrEqualTo(40L << 20);
  }
}
