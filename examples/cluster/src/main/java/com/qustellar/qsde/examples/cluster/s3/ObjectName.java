package com.qustellar.qsde.examples.cluster.s3;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * An object of a store, written {@code s3://bucket/key}. The key is taken as it stands: nothing in
 * it is decoded.
 *
 * @param bucket its bucket
 * @param key its key, not empty
 */
public record ObjectName(String bucket, String key) {

  /** What such a target begins with. */
  public static final String SCHEME = "s3://";

  private static final int LONGEST_KEY = 1024;
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  /**
   * {@return the object that a target names}
   *
   * @param text the target
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static ObjectName parse(String text) {
    if (!text.startsWith(SCHEME)) {
      throw new IllegalArgumentException("it does not begin with " + SCHEME);
    }
    int slash = text.indexOf('/', SCHEME.length());
    String bucket = bucket(text.substring(SCHEME.length(), slash < 0 ? text.length() : slash));
    String key = slash < 0 ? "" : text.substring(slash + 1);
    if (key.isEmpty() || key.endsWith("/")) {
      throw new IllegalArgumentException("it names no object: a key is missing");
    }
    if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
      throw new IllegalArgumentException("its key is longer than " + LONGEST_KEY + " bytes");
    }
    // Answers name keys in XML, which has no control characters; nor has anybody who is careful.
    if (key.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("its key has a control character");
    }
    // What stands between takes them for steps to another key.
    if (Arrays.stream(key.split("/", -1)).anyMatch(step -> step.equals(".") || step.equals(".."))) {
      throw new IllegalArgumentException("its key has . or .. as a step");
    }
    return new ObjectName(bucket, key);
  }

  static String bucket(String name) {
    if (!BUCKET.matcher(name).matches()) {
      throw new IllegalArgumentException("it has no name of a bucket");
    }
    return name;
  }

  @Override
  public String toString() {
    return SCHEME + bucket + "/" + key;
  }
}
