package com.qustellar.qsde;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this library, which the build writes into a resource. */
final class Version {

  private Version() {}

  /** Returns {@code qsde/} and the version, without it where a repackaged jar lost the resource. */
  static String userAgent() {
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        return "qsde";
      }
      Properties properties = new Properties();
      properties.load(in);
      return "qsde/" + properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
