package com.qustellar.qsde.examples.cluster.submit;

import com.qustellar.qsde.examples.cluster.job.Rules;
import com.qustellar.qsde.examples.cluster.s3.ObjectName;
import com.qustellar.qsde.internal.http.FileNames;
import java.net.URI;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go: below a prefix, a folder of the workers' directory or {@code
 * s3://bucket/prefix}.
 *
 * @param prefix empty for the workers' directory itself
 */
record TargetNames(String prefix) {

  /**
   * Returns a request's target.
   *
   * @param dir what the list says in place of the prefix, null for nothing
   * @param out the name that the list gives it, null for that of its URI
   * @throws IllegalArgumentException if no worker would take it; the message says why
   */
  String of(@Nullable String dir, @Nullable String out, URI uri) {
    String name = out == null ? FileNames.fromUri(uri) : out;
    return checked(dir == null ? prefix : dir, name);
  }

  /** Returns the target of a file that a Metalink names, whatever its name is. */
  String ofMetalink(String name) {
    return checked(
        prefix,
        Arrays.stream(name.split("[/\\\\]+"))
            .filter(element -> !element.matches("\\.*"))
            .map(FileNames::safe)
            .collect(Collectors.joining("/")));
  }

  private static String checked(String prefix, String name) {
    String target = prefix.isEmpty() || prefix.endsWith("/") ? prefix + name : prefix + "/" + name;
    try {
      if (target.startsWith(ObjectName.SCHEME)) {
        ObjectName.parse(target);
      } else {
        Rules.names(target);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "no worker takes the target " + target + ": " + e.getMessage(), e);
    }
    return target;
  }
}
