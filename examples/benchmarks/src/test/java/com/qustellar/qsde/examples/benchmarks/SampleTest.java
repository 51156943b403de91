package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {

  @Test
  void medianIsTheMiddleOneHoweverTheyAreOrdered() {
    assertThat(Sample.median(3, 1, 2)).isEqualTo(2);
    assertThat(Sample.median(7)).isEqualTo(7);
  }

  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Sample.median(10, 1, 2, 4)).isEqualTo(3);
  }

  @Test
  void medianLeavesItsArgumentAsItIs() {
    double[] values = {3, 1, 2};
    Sample.median(values);
    assertThat(values).containsExactly(3, 1, 2);
  }

  @Test
  void thereIsNoMedianOfNothing() {
    assertThatThrownBy(Sample::median).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void eachMeasureHasAMedianOfItsOwn() {
    List<Sample> samples =
        List.of(new Sample(1, 30, 200), new Sample(2, 10, 300), new Sample(3, 20, 100));

    assertThat(Sample.median(samples, Sample::wallSeconds)).isEqualTo(2);
    assertThat(Sample.median(samples, Sample::cpuSeconds)).isEqualTo(20);
    assertThat(Sample.median(samples, Sample::peakBytes)).isEqualTo(200);
  }
}
