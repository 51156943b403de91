package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers without ranges or without a length. */
class SingleStreamTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 5 * SEGMENT + 123);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65536, 65537, 1_000_000})
  void aServerWithoutRangesGivesOneStream(int size) throws IOException {
    Body body = Body.random(size, size);
    origin.serve("/file", Resource.of(body).withoutRanges());
    DownloadResult result = get(request("/file").withChecksum("sha256:" + body.sha256()));
    assertHolds(target(), body);
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM);
    assertThat(result.segments()).isEqualTo(1);
    assertThat(origin.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65536, 65537, 1_000_000})
  void aChunkedBodyEndsWhereItSaysSo(int size) throws IOException {
    Body body = Body.random(size, size);
    origin.serve("/file", Resource.of(body).withoutRanges());
    origin.on("/file").answer(Reply::chunked);
    DownloadResult result = get(request("/file").withComputedChecksum(HashAlgorithm.MD5));
    assertHolds(target(), body);
    assertThat(result.bytes()).isEqualTo(size);
    assertThat(result.checksum().hex()).isEqualTo(body.digest("MD5"));
    assertThat(result.notes()).containsExactlyInAnyOrder(Note.SINGLE_STREAM, Note.LENGTH_UNKNOWN);
  }

  @Test
  void aBodyMayEndWithItsConnection() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(Reply::closeDelimited);
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactlyInAnyOrder(Note.SINGLE_STREAM, Note.LENGTH_UNKNOWN);
  }

  @Test
  void anExpectedDigestMakesUpForAnUnknownLength() {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(Reply::chunked);
    DownloadResult result = get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM);
  }

  /** A part of nobody knows how much: asked once more, without a range. */
  @Test
  void aPartOfAnUnknownTotalIsAskedForAsAWhole() throws IOException {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(request -> request.header("Range").isPresent())
        .answer(reply -> reply.header("Content-Range", "bytes 0-65535/*"));
    get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(ranges()).containsExactly("bytes=0-65535", "none");
  }

  private void refuseRanges(int status) {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(request -> request.header("Range").isPresent())
        .answer(Reply.status(status).body(Body.of("no")));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 416})
  void aRangeRefusedWithoutReasonIsAskedForAsAWhole(int status) throws IOException {
    refuseRanges(status);
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(ranges()).containsExactly("bytes=0-65535", "none");
    assertThat(result.retries()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 416})
  void aStreamThatBreaksThenGoesOnWithoutARangeAsWell(int status) throws IOException {
    refuseRanges(status);
    origin.on("/file").request(2).answer(reply -> reply.closeAfter(200_000));
    DownloadResult result = get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
    assertThat(ranges().subList(2, 4)).containsExactly("bytes=200000-327802", "none");
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM);
  }

  @Test
  void aRequestThatIsWrongWithoutARangeAsWellFails() {
    origin.on("/file").answer(Reply.status(400).body(Body.of("no")));
    assertThat(failure(DownloadException.HttpStatus.class, request("/file")).status())
        .isEqualTo(400);
    assertThat(ranges()).containsExactly("bytes=0-65535", "none");
    assertDirectoryHolds();
  }

  @Test
  void aCodedBodyIsKeptAsItCame() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(reply -> reply.header("Content-Encoding", "gzip"));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactlyInAnyOrder(Note.SINGLE_STREAM, Note.CONTENT_ENCODED);
  }

  /** Far behind the first segment's end, which the first request had asked for. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 50_000, 65_536, 200_000, 327_802})
  void aBrokenStreamUnderAStrongValidatorSkipsWhatIsThere(long at) throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(at));
    DownloadResult result = get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
    assertThat(result.bytes()).isEqualTo(BODY.length());
    assertThat(ranges().get(1)).isEqualTo(at == 0 ? ranges().get(1) : "bytes=" + at + "-327802");
  }

  @Test
  void aBrokenStreamThatGetsRangesNowGoesOnInThem() throws IOException {
    origin.serve("/file", Resource.of(BODY));
    origin
        .on("/file")
        .request(1)
        .answer(
            (request, reply) ->
                Reply.status(200).body(BODY).header("ETag", etag(reply)).closeAfter(200_000));
    get(request("/file"));
    assertHolds(target(), BODY);
    assertSent(BODY.length());
  }

  @Test
  void aBrokenStreamWithoutAValidatorBeginsAgain() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges().withoutValidators());
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(200_000));
    origin.on("/file").request(2).answer(reply -> reply.closeAfter(100_000));
    DownloadResult result = get(request("/file").withComputedChecksum(HashAlgorithm.SHA256));
    assertHolds(target(), BODY);
    assertThat(result.bytes()).isEqualTo(BODY.length());
    assertThat(result.checksum().hex()).isEqualTo(BODY.sha256());
    assertThat(result.retries()).isEqualTo(2);
    assertThat(ranges().subList(1, 3)).containsExactly("none", "none");
  }

  /** It begins at byte 0 each time: only what is beyond the best of all times is progress. */
  @Test
  void aStreamThatBreaksNowSoonerAndNowLaterIsGivenUp() {
    use(builder().retryPolicy(RetryPolicy.defaults().withMaxAttempts(3)));
    origin.serve("/file", Resource.of(BODY).withoutRanges().withoutValidators());
    int[] answers = {0};
    origin
        .on("/file")
        .answer(reply -> reply.closeAfter(answers[0]++ % 2 == 0 ? 2 * SEGMENT : 4 * SEGMENT));

    failure(DownloadException.ConnectionLost.class, request("/file"));

    assertThat(origin.requests()).hasSizeBetween(3, 4);
  }

  @Test
  void aBrokenStreamWithoutALengthBeginsAgain() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(Reply::chunked);
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(200_000));
    DownloadResult result = get(request("/file").withComputedChecksum(HashAlgorithm.SHA1));
    assertHolds(target(), BODY);
    assertThat(result.checksum().hex()).isEqualTo(BODY.digest("SHA-1"));
  }

  /** A shorter second version must not keep the tail of the first. */
  @Test
  void whatBeginsAgainKeepsNothingOfTheFirstTime() throws IOException {
    Body shorter = Body.random(2, 90_000);
    origin.serve("/file", Resource.of(shorter).withoutRanges().withoutValidators());
    origin.on("/file").answer(Reply::chunked);
    origin.on("/file").request(1).answer(reply -> reply.sending(BODY).closeAfter(200_000));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), shorter);
    assertThat(result.bytes()).isEqualTo(shorter.length());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyBreaksInAnyStreamGiveTheSameFile(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < 8; i++) {
      Body body = Body.random(random.nextLong(), random.nextInt(400_000));
      Resource resource = Resource.of(body).withoutRanges();
      boolean proven = random.nextBoolean();
      boolean counted = random.nextBoolean();
      UnaryOperator<Reply> framing = counted ? reply -> reply : Reply::chunked;
      String path = "/" + i;
      origin.serve(path, proven ? resource : resource.withoutValidators());
      origin.on(path).answer(framing);
      long first = random.nextInt(400_000);
      long second = random.nextInt(400_000);
      origin.on(path).request(1).answer(reply -> reply.closeAfter(first));
      origin.on(path).request(2).answer(reply -> reply.resetAfter(second));
      engine.limits(Limits.defaults().withWriteBufferSize(4096 + random.nextInt(100_000)));
      DownloadResult result =
          get(
              DownloadRequest.of(origin.uri(path), dir.resolve("file" + i))
                  .withComputedChecksum(HashAlgorithm.SHA256));
      assertHolds(result.target(), body);
      assertThat(result.checksum().hex()).isEqualTo(body.sha256());
    }
  }

  private static String etag(Reply reply) {
    String text = reply.toString();
    int start = text.indexOf("ETag=") + 5;
    return text.substring(start, text.indexOf(", ", start));
  }
}
