package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Resource;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What a fetch counts, whatever its destination tells it at whatever time. */
class FileFetchTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 8 * SEGMENT);

  /** What an earlier run has left, as far as its journal says. */
  private static final ByteRange LEFT = new ByteRange(6 * SEGMENT, 8 * SEGMENT);

  private final class Memory implements Destination {
    private final RangeSet written = new RangeSet();
    private boolean missed;

    @Override
    public @Nullable Path target() {
      return null;
    }

    @Override
    public Mono<Begun> begin(Representation answered, ResponseHead head, ByteRange asked) {
      RangeSet covered = new RangeSet();
      covered.add(LEFT);
      return Mono.just(new Begun(true, covered));
    }

    @Override
    public SegmentPlanner plan(long total, RangeSet covered, int connections) {
      return new SegmentPlanner(total, covered, SEGMENT);
    }

    @Override
    public long reach() {
      return Long.MAX_VALUE;
    }

    @Override
    public int gatherSize() {
      return 1;
    }

    @Override
    public Mono<Void> check() {
      return Mono.never();
    }

    @Override
    public void movedElsewhere() {}

    @Override
    public synchronized long keepPrefix() {
      return written.prefixEnd();
    }

    @Override
    public Mono<Void> clear() {
      return Mono.empty();
    }

    @Override
    public void received(int bytes) {
      progress.received(bytes);
    }

    @Override
    public void write(ByteBuf data, long offset, PartFile.Listener listener) {
      try {
        listener.ended(null);
      } finally {
        data.release();
      }
    }

    @Override
    public synchronized void written(long offset, ByteBuf data) {
      written.add(new ByteRange(offset, offset + data.readableBytes()));
      if (written.prefixEnd() > LEFT.start() && !missed) {
        // A read of the check was under way, and its thread has stood still since.
        missed = true;
        fetch.missed(LEFT);
      }
    }
  }

  private final ProgressSampler progress = new ProgressSampler("id", null);
  private final Memory memory = new Memory();
  private FileFetch fetch;

  private void prepare(DownloadRequest request) {
    fetch =
        new FileFetch(
            (NettyDownloadEngine) engine,
            request,
            progress,
            memory,
            new MemoryBudget(() -> Long.MAX_VALUE),
            Pass.first(new ByteRange(0, SEGMENT)));
  }

  @Test
  void whatIsMissedWhileAllTheRestIsFetchedIsCountedOnce() {
    origin.serve("/file", BODY);
    origin.on("/file").requestsFrom(2).serve(Resource.of(BODY).withoutRanges());
    prepare(request("/file"));
    fetch.run().block(LIMIT);
    assertThat(memory.written.prefixEnd()).isEqualTo(BODY.length());
    assertThat(memory.missed).isTrue();
    assertThat(progress.received()).isEqualTo(BODY.length());
    assertThat(progress.resumed()).isNotNegative();
  }

  /** Each of two segments tells of all mirrors, and of another one first. */
  @Test
  void noFailureStandsUnderItself() {
    DownloadRequest request =
        request("/file").withMirrors("http://mirror/file").withChecksum("sha256:" + BODY.sha256());
    prepare(request);
    Mirrors mirrors = fetch.mirrors();
    Mirror first = asked(mirrors, Set.of());
    Mirror other = asked(mirrors, Set.of(first));
    DownloadException gone = new DownloadException.HttpStatus(request.uri(), null, 404, null, null);
    DownloadException changed = new DownloadException.SourceChanged(request.uri(), null, null);
    mirrors.failed(first, gone, false);
    mirrors.failed(other, changed, false);

    assertThat(mirrors.cause(changed)).isSameAs(changed);
    assertThat(changed.getSuppressed()).containsExactly(gone);
    assertThat(mirrors.cause(gone)).isSameAs(gone);
    assertThat(gone.getSuppressed()).isEmpty();
  }

  private Mirror asked(Mirrors mirrors, Set<Mirror> tried) {
    return mirrors
        .begin(
            tried, mirror -> new Exchange((NettyDownloadEngine) engine, fetch, mirror, 0, 1, false))
        .mirror();
  }
}
