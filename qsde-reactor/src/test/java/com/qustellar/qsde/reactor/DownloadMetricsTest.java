package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.util.context.Context;

/** What a recorder of metrics is told, and when. */
class DownloadMetricsTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 3 * SEGMENT);

  /** Writes down what it is told. */
  private static final class Notes implements DownloadMetrics {

    private final List<String> notes = new CopyOnWriteArrayList<>();
    private volatile Gauges engine;

    @Override
    public Disposable observe(Gauges observed) {
      engine = observed;
      return () -> notes.add("closed");
    }

    @Override
    public Recording downloadStarted(DownloadRequest request, Context subscriber) {
      notes.add("started");
      return new Recording() {
        @Override
        public void ended(DownloadException failure) {
          notes.add(failure == null ? "completed" : failure.getClass().getSimpleName());
        }
      };
    }

    @Override
    public void connectionTaken(String origin) {
      notes.add("taken");
    }

    @Override
    public void connectionReleased(String origin) {
      notes.add("released");
    }

    @Override
    public void answered(Duration wait) {
      assertThat(wait).isPositive();
      notes.add("answered");
    }

    @Override
    public void segmentCompleted(Duration time) {
      assertThat(time).isPositive();
      notes.add("segment");
    }

    @Override
    public void retrying(DownloadException why) {
      notes.add("retrying " + why.getClass().getSimpleName());
    }
  }

  private Notes notes() {
    Notes notes = new Notes();
    use(builder().metrics(notes));
    return notes;
  }

  @Test
  void aDownloadIsToldInItsOrder() {
    Notes notes = notes();
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.closeAfter(100));

    get(request("/file").withConnections(1));

    assertThat(notes.notes)
        .containsExactly(
            "started",
            "taken",
            "answered",
            "released",
            "segment",
            "taken",
            "answered",
            "released",
            "retrying ConnectionLost",
            "taken",
            "answered",
            "released",
            "segment",
            "taken",
            "answered",
            "released",
            "segment",
            "completed");
    assertThat(notes.engine.bytesReceived()).isEqualTo(BODY.length());
    engine.close();
    assertThat(notes.notes).last().isEqualTo("closed");
  }

  @Test
  void aDownloadThatStartsOverIsARetry() {
    Notes notes = notes();
    origin.serve("/file", Body.of("hello"));

    failure(
        DownloadException.ChecksumMismatch.class,
        request("/file").withChecksum("sha256:" + BODY.sha256()));

    assertThat(notes.notes).containsOnlyOnce("retrying ChecksumMismatch", "ChecksumMismatch");
  }

  @Test
  void whatRunsAndWaitsAndRestsIsThereToBeSeen() {
    Notes notes = new Notes();
    use(builder().limits(limits().withMaxConcurrentDownloads(1)).metrics(notes));
    CountDownLatch go = new CountDownLatch(1);
    origin.onEvery((request, reply) -> Reply.status(200).body(BODY).delayedUntil(go));

    Download first = engine.submit(request("/1"));
    Download second = engine.submit(DownloadRequest.of(origin.uri("/2"), dir.resolve("second")));
    await(() -> notes.engine.active() == 1 && notes.engine.queued() == 1);
    first.pause();
    await(() -> notes.engine.active() == 1 && notes.engine.paused() == 1);
    assertThat(notes.engine.queued()).isZero();

    first.dispose();
    go.countDown();
    second.result().block(LIMIT);
    assertThat(notes.engine.active() + notes.engine.queued() + notes.engine.paused()).isZero();
    assertThat(notes.engine.memoryInUse()).isZero();
    assertThat(notes.notes).containsOnlyOnce("Cancelled", "completed");
  }

  @Test
  void whatAnEndedEngineRefusesHasAnEndAsWell() {
    Notes notes = notes();
    engine.close();

    failure(DownloadException.Cancelled.class, request("/file"));

    assertThat(notes.notes).containsExactly("closed", "started", "Cancelled");
  }

  @Test
  void aRecorderThatFailsChangesNothing() throws IOException {
    use(
        builder()
            .metrics(
                new DownloadMetrics() {
                  @Override
                  public Recording downloadStarted(DownloadRequest request, Context subscriber) {
                    return new Recording() {
                      @Override
                      public Context context(Context known) {
                        throw broken();
                      }

                      @Override
                      public void ended(DownloadException failure) {
                        throw broken();
                      }
                    };
                  }

                  @Override
                  public void answered(Duration wait) {
                    throw new LinkageError("the recorder's library is another one");
                  }

                  @Override
                  public void segmentCompleted(Duration time) {
                    throw broken();
                  }

                  private IllegalStateException broken() {
                    return new IllegalStateException("the recorder is broken");
                  }
                }));
    origin.serve("/file", BODY);

    get(request("/file"));

    assertHolds(target(), BODY);
  }

  /** As a mock does that has not been taught. */
  @Test
  void aRecorderThatAnswersWithNothingChangesNothing() throws IOException {
    use(
        builder()
            .metrics(
                new DownloadMetrics() {
                  @Override
                  public Disposable observe(Gauges observed) {
                    return null;
                  }

                  @Override
                  public Recording downloadStarted(DownloadRequest request, Context subscriber) {
                    return "nothing".equals(request.id())
                        ? null
                        : new Recording() {
                          @Override
                          public Context context(Context known) {
                            return null;
                          }
                        };
                  }
                }));
    origin.serve("/file", BODY);

    get(request("/file").withId("nothing"));
    get(request("/file").withOverwrite(true));
    engine.close();

    assertHolds(target(), BODY);
  }
}
