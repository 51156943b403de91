package com.qustellar.qsde.internal.http;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Texts that are nearly what a grammar wants, to compare two readings of it. */
final class Mutations {

  private static final int MOST_CHANGES = 4;

  private Mutations() {}

  /** Returns valid texts with up to a few characters put in, taken out and replaced; seeded. */
  static List<String> of(String alphabet, String... valid) {
    Random random = new Random(alphabet.hashCode());
    return Stream.generate(() -> mutation(random, alphabet, valid)).limit(20_000).toList();
  }

  private static String mutation(Random random, String alphabet, String... valid) {
    StringBuilder text = new StringBuilder(valid[random.nextInt(valid.length)]);
    for (int changes = random.nextInt(MOST_CHANGES + 1); changes > 0; changes--) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(3));
      text.delete(at, end);
      if (random.nextInt(3) > 0) {
        text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
      }
    }
    return text.toString();
  }
}
