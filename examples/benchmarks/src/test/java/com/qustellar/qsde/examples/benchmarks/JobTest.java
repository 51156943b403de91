package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobTest {

  private static final URI SOURCE = URI.create("http://127.0.0.1:1/a");
  private static final String EMPTY_SHA256 =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = EMPTY_SHA256)
  void aLineHoldsTheWholeJob(String sha256) {
    Job job = new Job(SOURCE, Path.of("/tmp/a folder/file"), 0, 16, sha256);

    assertThat(Job.parse(job.toLine())).isEqualTo(job);
  }

  @Test
  void aFolderIsOneJobForEachFile() {
    Job folder = new Job(URI.create("http://127.0.0.1:1/d/"), Path.of("/tmp/out"), 2, 16, null);

    assertThat(Job.parse(folder.toLine())).isEqualTo(folder);
    assertThat(folder.each())
        .containsExactly(
            new Job(URI.create("http://127.0.0.1:1/d/f0"), Path.of("/tmp/out/f0"), 0, 1, null),
            new Job(URI.create("http://127.0.0.1:1/d/f1"), Path.of("/tmp/out/f1"), 0, 1, null));
  }

  @Test
  void aLineWithTooFewWordsIsNoJob() {
    assertThatThrownBy(() -> Job.parse("0 4 - http://127.0.0.1/"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anotherDigestIsAFailure() {
    Job job = new Job(SOURCE, Path.of("file"), 0, 1, EMPTY_SHA256);

    assertThatCode(() -> job.verify(Job.newSha256().digest())).doesNotThrowAnyException();
    assertThatThrownBy(() -> job.verify(Job.newSha256().digest(new byte[1])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(EMPTY_SHA256);
  }
}
