package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.SourceChanged;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that becomes another while it is downloaded. */
class ChangedFileTest extends EngineTestBase {

  private static final Body OLD = Body.random(1, 6 * SEGMENT);
  private static final Body NEW = Body.random(2, 6 * SEGMENT);
  private static final Body LONGER = Body.random(3, 7 * SEGMENT + 5);
  private static final Instant DAY = Instant.parse("2026-02-01T00:00:00Z");

  static Stream<Arguments> changes() {
    Resource bare = Resource.of(OLD).withoutValidators();
    Resource bareLonger = Resource.of(LONGER).withoutValidators();
    Resource dated = bare.withLastModified(DAY);
    return Stream.of(
        Arguments.of("strong ETag", Resource.of(OLD), Resource.of(NEW)),
        Arguments.of("strong ETag and length", Resource.of(OLD), Resource.of(LONGER)),
        Arguments.of("weak ETag", bare.withEtag("W/\"1\""), Resource.of(NEW).withEtag("W/\"2\"")),
        Arguments.of(
            "date",
            dated,
            Resource.of(NEW).withoutValidators().withLastModified(DAY.plusSeconds(1))),
        Arguments.of("length alone", bare, bareLonger),
        Arguments.of(
            "a stream", Resource.of(OLD).withoutRanges(), Resource.of(NEW).withoutRanges()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void itStartsOverAndHoldsTheNewVersionOnly(String by, Resource before, Resource after)
      throws IOException {
    origin.serve("/file", after);
    origin.on("/file").requests(1, 3).serve(before);
    origin.on("/file").requests(1, 3).answer(reply -> reply.closeAfter(50_000));
    DownloadResult result = get(request("/file").withComputedChecksum(HashAlgorithm.SHA256));
    assertHolds(target(), after.body());
    assertThat(result.checksum().hex()).isEqualTo(after.body().sha256());
    assertThat(result.bytes()).isEqualTo(after.body().length());
    assertThat(result.notes()).contains(Note.RESTARTED);
    assertDirectoryHolds("target");
  }

  @Test
  void aFailedConditionIsAChange() throws IOException {
    origin.serve("/file", NEW);
    origin.on("/file").request(1).serve(Resource.of(OLD));
    origin.on("/file").request(2).answer(Reply.status(412));
    get(request("/file").withConnections(1));
    assertHolds(target(), NEW);
  }

  @Test
  void aRangeThatIsNoLongerThereIsAChange() throws IOException {
    Body shorter = Body.random(4, SEGMENT / 2);
    origin.serve("/file", Resource.of(shorter).withoutValidators());
    origin.on("/file").request(1).serve(Resource.of(OLD).withoutValidators());
    get(request("/file").withConnections(1));
    assertHolds(target(), shorter);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aFileThatKeepsChangingFails(int connections) {
    AtomicInteger version = new AtomicInteger();
    origin.serve("/file", OLD);
    origin
        .on("/file")
        .answer(reply -> reply.header("ETag", "\"" + version.incrementAndGet() + "\""));
    failure(SourceChanged.class, request("/file").withConnections(connections));
    assertDirectoryHolds();
  }

  @Test
  void anAbsentValidatorIsNoChange() throws IOException {
    origin.serve("/file", OLD);
    origin
        .on("/file")
        .requestsFrom(2)
        .answer(reply -> reply.withoutHeader("ETag").withoutHeader("Last-Modified"));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), OLD);
    assertThat(result.notes()).isEmpty();
  }
}
