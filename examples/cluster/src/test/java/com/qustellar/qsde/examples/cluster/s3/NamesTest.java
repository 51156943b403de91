package com.qustellar.qsde.examples.cluster.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://bucket/a",
        "s3://my.own-bucket/a/b c",
        "s3://bucket//a",
        "s3://bucket/%2e./ü?#"
      })
  void takesAKeyAsItStands(String text) {
    assertThat(ObjectName.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3:/bucket/a",
        "s3://bucket",
        "s3://bucket/",
        "s3://bucket/a/",
        "s3:///a",
        "s3://B/a",
        "s3://bucket@host/a",
        "s3://bucket/a/../b",
        "s3://bucket/./a",
        "s3://bucket/..",
        "s3://bucket/a\nb",
        "s3://bucket/a\0",
        "S3://bucket/a"
      })
  void refusesWhatNamesNoObject(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ObjectName.parse(text));
  }

  @Test
  void refusesALongKey() {
    ObjectName.parse("s3://bucket/" + "ä".repeat(512));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ObjectName.parse("s3://bucket/" + "ä".repeat(513)));
  }

  @Test
  void allowsABucketOrWhatIsBelowAPrefix() {
    Allowed bucket = Allowed.parse("s3://bucket");
    Allowed prefix = Allowed.parse("s3://bucket/a/b");
    assertThat(bucket.permits(ObjectName.parse("s3://bucket/x"))).isTrue();
    assertThat(bucket.permits(ObjectName.parse("s3://bucket2/x"))).isFalse();
    assertThat(prefix.permits(ObjectName.parse("s3://bucket/a/b/c"))).isTrue();
    assertThat(prefix.permits(ObjectName.parse("s3://bucket/a/bc"))).isFalse();
    assertThat(prefix.permits(ObjectName.parse("s3://bucket/a/b"))).isFalse();
    assertThat(Allowed.parse("s3://bucket/a/b/")).isEqualTo(prefix);
    assertThatIllegalArgumentException().isThrownBy(() -> Allowed.parse("bucket/a"));
    assertThatIllegalArgumentException().isThrownBy(() -> Allowed.parse("s3://Bucket_1/a"));
  }
}
