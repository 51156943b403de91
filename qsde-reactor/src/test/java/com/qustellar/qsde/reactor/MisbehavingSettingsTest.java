package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.Unexpected;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.util.context.Context;

/** What an engine or a request is given throws, or gives nothing. */
@KeepsPartFiles
class MisbehavingSettingsTest extends MisbehavingCodeTestBase {

  private static RetryPolicy withConditionThatThrows(Throwable thrown) {
    return QUICK.withRetryIf(
        failure -> {
          throw raised(thrown);
        });
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aConditionOfThePolicyThatThrowsEndsTheDownload(Throwable thrown) {
    origin.on("/file").answer(Reply.status(503));
    DownloadRequest request = request("/file").withRetryPolicy(withConditionThatThrows(thrown));
    assertThat(failure(Unexpected.class, request)).hasCause(thrown);
    assertThat(origin.requests()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aConditionThatThrowsForALaterSegmentEndsTheDownload(Throwable thrown) {
    origin.serve("/file", BODY);
    origin.on("/file").where(request -> asked(request).start() > 0).answer(Reply.status(503));
    DownloadRequest request = request("/file").withRetryPolicy(withConditionThatThrows(thrown));
    assertThat(failure(Unexpected.class, request)).hasCause(thrown);
  }

  /** What was to be judged stands under what has judged it. */
  @Test
  void theFailureThatAConditionWasAskedAboutIsNotLost() {
    origin.on("/file").answer(Reply.status(503));
    DownloadRequest request =
        request("/file").withRetryPolicy(withConditionThatThrows(new StackOverflowError()));
    assertThat(failure(Unexpected.class, request).getSuppressed())
        .hasAtLeastOneElementOfType(DownloadException.HttpStatus.class);
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aSourceThatThrowsEndsTheDownload(Throwable thrown) {
    DownloadRequest request =
        request("/file")
            .withSource(
                () -> {
                  throw raised(thrown);
                })
            .withRetryPolicy(QUICK.withMaxAttempts(2));
    assertThat(failure(DownloadException.SourceUnavailable.class, request)).hasCause(thrown);
  }

  @Test
  void aRecorderOfMetricsMayGiveNothing() throws IOException {
    origin.serve("/file", BODY);
    use(builder().metrics(new GivesNothing()));
    get(request("/file"));
    assertHolds(target(), BODY);
    engine.close();
    use(builder());
  }

  /** As one does that was made by a tool for tests. */
  @SuppressWarnings("NullAway")
  private static final class GivesNothing implements DownloadMetrics {
    @Override
    public Disposable observe(Gauges engine) {
      return null;
    }

    @Override
    public Recording downloadStarted(DownloadRequest request, Context subscriber) {
      return new Recording() {
        @Override
        public Context context(Context known) {
          return null;
        }
      };
    }
  }
}
