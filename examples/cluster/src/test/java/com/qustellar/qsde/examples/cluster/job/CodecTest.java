package com.qustellar.qsde.examples.cluster.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodecTest {

  private static final Checksum MD5 =
      new Checksum(HashAlgorithm.MD5, "098f6bcd4621d373cade4e832627b4f6");

  @Test
  void aRequestComesBackAsItWas() throws UnreadableException {
    Job job =
        new Job(
            "7",
            URI.create("https://example.org/a?b=c"),
            List.of(URI.create("https://example.net/a")),
            "s3://bucket/a",
            MD5,
            OptionalLong.of(5_000_000_000L),
            new Bounds(1, 6_000_000_000L, 7),
            Map.of("X-Token", "é"),
            3);
    assertThat(Codec.readJob(Codec.write(job))).isEqualTo(job);
  }

  @Test
  void whatIsAbsentHasItsDefault() throws UnreadableException {
    byte[] json =
        bytes("{'v':1,'id':'7','uri':'https://example.org/a','target':'a','headers':null}");
    assertThat(Codec.readJob(json))
        .isEqualTo(Job.of("7", URI.create("https://example.org/a"), "a"));
  }

  @Test
  void aResultComesBackAsItWas() throws UnreadableException {
    JobResult done =
        new JobResult("7", "a", Outcome.DONE, 5, 4, MD5, "w", 2, 1.5, 3, null, null, 99);
    JobResult rejected =
        new JobResult(
            "7", null, Outcome.REJECTED, 0, 0, null, "w", 2, 1.5, 0, "Unreadable", "x", 9);
    assertThat(Codec.readResult(Codec.write(done))).isEqualTo(done);
    assertThat(Codec.readResult(Codec.write(rejected))).isEqualTo(rejected);
  }

  @Test
  void whatAWorkerSaysComesBackAsItWas() throws UnreadableException {
    WorkerState state = new WorkerState("w", 3, 100, 50, 7, 1, false, 99);
    assertThat(Codec.readWorker(Codec.write(state))).isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | the record is empty",
        "{ | the record is no JSON: Unexpected end-of-input",
        "{'v':1} {} | the record is no JSON: Trailing token",
        "[] | the record is no JSON object",
        "{'id':'7'} | the field 'v' is missing, or no whole number",
        "{'v':2} | the record is of version 2, this worker knows 1",
        "{'v':4294967297} | the record is of version 4294967297, this worker knows 1",
        "{'v':1,'id':'7','uri':'https://example.org/'} | the field 'target' is missing",
        "{'v':1,'id':7,'uri':'https://example.org/','target':'a'} | the field 'id' is no text",
        "{'v':1,'id':'7','uri':'a b','target':'a'} | the field 'uri' is no URI",
        "{'v':1,'id':'7','uri':'x:y','target':'a','checksum':'crc:1'} | the field 'checksum'",
        "{'v':1,'id':'7','uri':'x:y','target':'a','totalBytes':-1} | the field 'totalBytes' must",
        "{'v':1,'id':'7','uri':'x:y','target':'a','connections':-1} | the field 'connections'",
        "{'v':1,'id':'7','uri':'x:y','target':'a','connections':-4294967295} | the field 'connections'",
        "{'v':1,'id':'7','uri':'x:y','target':'a','maxBytes':0} | the field 'connections', 'maxBytes'",
        "{'v':1,'id':'7','uri':'x:y','target':'a','attempts':0} | the field 'attempts' must be",
        "{'v':1,'id':'7','uri':'x:y','target':'a','fast':true} | the field 'fast' is not known",
        "{'v':1,'v':1} | the record is no JSON: Duplicate"
      })
  void whatCanNotBeReadSaysWhy(String json, String why) {
    assertThatThrownBy(() -> Codec.readJob(bytes(json)))
        .isInstanceOf(UnreadableException.class)
        .hasMessageStartingWith(why.replace('\'', '"'));
  }

  @Test
  void whatResultsRepeatHasALength() {
    URI uri = URI.create("https://example.org/a");
    assertThatThrownBy(() -> Codec.readJob(Codec.write(Job.of("i".repeat(1025), uri, "a"))))
        .hasMessage("the field \"id\" is longer than 1024 characters");
    assertThatThrownBy(() -> Codec.readJob(Codec.write(Job.of("i", uri, "a".repeat(4097)))))
        .hasMessage("the field \"target\" is longer than 4096 characters");
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
