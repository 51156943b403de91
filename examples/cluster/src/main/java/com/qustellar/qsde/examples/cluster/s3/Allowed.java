package com.qustellar.qsde.examples.cluster.s3;

/**
 * Where a worker may write: a bucket, or what is below a prefix in it.
 *
 * @param bucket the bucket
 * @param prefix empty for all of it, else with a slash at its end
 */
record Allowed(String bucket, String prefix) {

  /**
   * Reads {@code s3://bucket} or {@code s3://bucket/prefix}.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Allowed parse(String text) {
    if (!text.startsWith(ObjectName.SCHEME)) {
      throw new IllegalArgumentException("'" + text + "' does not begin with s3://");
    }
    String rest = text.substring(ObjectName.SCHEME.length());
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    String prefix = slash < 0 ? "" : rest.substring(slash + 1);
    try {
      ObjectName.bucket(bucket);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "': " + e.getMessage(), e);
    }
    return new Allowed(bucket, prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
  }

  boolean permits(ObjectName name) {
    return name.bucket().equals(bucket) && name.key().startsWith(prefix);
  }
}
