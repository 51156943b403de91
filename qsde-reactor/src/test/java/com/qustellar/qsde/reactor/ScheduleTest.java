package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who fetches which bytes, and over how many connections. */
class ScheduleTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 8 << 20);

  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void release() {
    never.countDown();
  }

  private long overlap() {
    return bytesSent() - BODY.length();
  }

  @Test
  void idleConnectionsTakeOverWhatOneHoldsThatStands() throws IOException {
    use(builder().limits(limits().withSegmentSize(2 << 20)));
    origin.serve("/file", BODY);
    // It goes on when all the rest is there.
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(100_000, never));
    Download download = engine.submit(request("/file").withConnections(4));
    await(() -> download.latest().bytesReceived() >= BODY.length() - (128 << 10));
    never.countDown();
    DownloadResult result = download.result().block(LIMIT);

    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
    assertThat(result.segments()).isGreaterThan(4).isEqualTo(download.latest().totalSegments());
    assertThat(download.latest().completedSegments()).isEqualTo(result.segments());
    assertThat(overlap()).isLessThan(4 << 20);
  }

  @Test
  void oneThatCrawlsLosesWhatItHolds() throws IOException {
    use(builder().limits(limits().withSegmentSize(128 << 10)));
    origin.serve("/file", BODY);
    origin.onEvery((request, reply) -> reply.pacedAt(800_000));
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(1000, never));
    DownloadResult result = get(request("/file").withConnections(4));

    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
    RecordedRequest crawled = origin.requests().get(1);
    // What it held was asked for again, from where it had got to, while others went on.
    assertThat(ranges())
        .contains(
            "bytes=%d-%d"
                .formatted(asked(crawled).start() + 1000, asked(crawled).endExclusive() - 1));
  }

  @Test
  void oneWhoseAnswerTakesLongIsWaitedFor() throws IOException {
    use(builder().limits(limits().withSegmentSize(128 << 10)));
    origin.serve("/file", BODY);
    origin.onEvery((request, reply) -> reply.pacedAt(800_000));
    origin.on("/file").request(2).answer(reply -> reply.delayedUntil(never));
    Download download = engine.submit(request("/file").withConnections(4));
    await(() -> download.latest().bytesReceived() >= BODY.length() - (1 << 20));
    never.countDown();
    download.result().block(LIMIT);

    assertHolds(target(), BODY);
    long start = asked(origin.requests().get(1)).start();
    assertThat(origin.requests())
        .filteredOn(request -> asked(request).start() == start)
        .as("requests for what was waited for")
        .hasSize(1);
  }

  @Test
  void aSlowRateIsNoSlowConnection() throws IOException {
    use(builder().limits(limits().withSegmentSize(SEGMENT)));
    Body small = Body.random(3, 8 * SEGMENT);
    origin.serve("/file", small);
    get(request("/file").withConnections(4).withBytesPerSecond(200_000));
    assertHolds(target(), small);
    assertThat(origin.requests()).hasSize(8);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDownloadFindsHowManyConnectionsAreOfUse(boolean verified) throws IOException {
    Body large = Body.random(2, 24 << 20);
    use(DownloadEngine.builder().limits(limits().withSegmentSize(256 << 10)));
    origin.serve("/file", large);
    // So much and no more on each connection.
    origin.onEvery((request, reply) -> reply.pacedAt(1_600_000));
    DownloadRequest plain = request("/file");
    Download download =
        engine.submit(verified ? plain.withChecksum("sha256:" + large.sha256()) : plain);
    await(() -> download.latest().activeSegments() == ConnectionCount.MOST);
    download.result().block(LIMIT);
    assertHolds(target(), large);
  }

  /**
   * A digest would only read back what others bring. Nobody looks at speeds while no time passes.
   */
  @Test
  void whatIsHashedFromNearByBeginsWithOneConnection() throws IOException {
    assumeTrue(Epoll.isAvailable(), "only Linux tells how near a server is");
    use(
        DownloadEngine.builder()
            .scheduler(new VirtualTime())
            .limits(limits().withSegmentSize(1 << 20)));
    origin.serve("/file", BODY);
    get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertThat(origin.peakConnections()).isEqualTo(1);

    get(request("/file").withOverwrite(true));
    assertThat(origin.peakConnections()).isEqualTo(ConnectionCount.FIRST);
  }

  /** The first segment is large, and the server may be far behind a proxy near by. */
  @Test
  void oneThatIsSlowGetsCompanyWhileItBringsTheFirstSegment() throws IOException {
    use(DownloadEngine.builder());
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(1 << 20, never));
    Download download = engine.submit(request("/file").withChecksum("sha256:" + BODY.sha256()));
    await(() -> origin.requests().size() > 1);
    never.countDown();
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
  }

  @Test
  void aLoweredNumberOfConnectionsCountsWhenSegmentsEndAndARaisedOneAtOnce() throws IOException {
    use(builder().limits(limits().withConnectionsPerDownload(4)));
    origin.serve("/file", BODY);
    origin.onEvery((request, reply) -> reply.pacedAt(3_200_000));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().activeSegments() == 4);
    engine.updateLimits(limits -> limits.withConnectionsPerDownload(1));
    await(() -> download.latest().activeSegments() == 1);
    engine.updateLimits(limits -> limits.withConnectionsPerDownload(12));
    await(() -> download.latest().activeSegments() == 12);
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertThat(download.latest().retries()).isZero();
  }

  @Test
  void downloadsShareAHostsConnectionsEvenly() {
    use(builder().limits(limits().withConnectionsPerHost(8).withMaxConcurrentDownloads(4)));
    for (String path : List.of("/a", "/b", "/c", "/d")) {
      origin.serve(path, BODY);
    }
    origin.onEvery((request, reply) -> reply.pacedAt(3_200_000));
    List<Download> downloads =
        List.of("/a", "/b", "/c", "/d").stream()
            .map(
                path ->
                    engine.submit(
                        DownloadRequest.of(origin.uri(path), dir.resolve(path.substring(1)))))
            .toList();
    await(() -> downloads.stream().allMatch(download -> download.latest().activeSegments() == 2));
    downloads.forEach(Download::discard);
  }
}
