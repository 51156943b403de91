package com.qustellar.qsde.examples.benchmarks;

import okhttp3.OkHttp;
import org.springframework.core.SpringVersion;

/** The libraries that run inside a JVM of their own. */
enum Library {
  QSDE(Lineup.QSDE, Integer.MAX_VALUE),
  /** Takes part only where it is named: it tells what the journal costs. */
  QSDE_NO_RESUME("QSDE without resume", Integer.MAX_VALUE),
  /** Takes part only where it is named: it tells what the order of a stream costs. */
  QSDE_STREAM("QSDE's stream, written by its reader", Integer.MAX_VALUE),
  /** Takes part only where its jars are named. */
  QSDE_TCNATIVE("QSDE with netty-tcnative", Integer.MAX_VALUE),
  WEBCLIENT("WebClient + DataBufferUtils.write", 1),
  JDK("JDK HttpClient, BodyHandlers.ofFile", 1),
  OKHTTP("OkHttp to an Okio sink", 1);

  private final String title;
  private final int maxConnections;

  Library(String title, int maxConnections) {
    this.title = title;
    this.maxConnections = maxConnections;
  }

  String title() {
    return title;
  }

  /** Returns whether it stands for its library, and is no variant of another one. */
  boolean isItself() {
    return this != QSDE_NO_RESUME && this != QSDE_STREAM && this != QSDE_TCNATIVE;
  }

  /** Returns over how many connections the library can fetch one file. */
  int maxConnections() {
    return maxConnections;
  }

  Client open() {
    return switch (this) {
      case QSDE, QSDE_TCNATIVE -> new QsdeClient(true);
      case QSDE_NO_RESUME -> new QsdeClient(false);
      case QSDE_STREAM -> new QsdeStreamClient();
      case WEBCLIENT -> new SpringClient();
      case JDK -> new JdkClient();
      case OKHTTP -> new OkClient();
    };
  }

  /**
   * Returns the library's name and version, empty for the JDK's, which is told with the machine,
   * and for QSDE, which is of the same tree as this program.
   */
  String version() {
    return switch (this) {
      case WEBCLIENT -> "Spring " + SpringVersion.getVersion();
      case QSDE, QSDE_NO_RESUME, QSDE_STREAM, QSDE_TCNATIVE, JDK -> "";
      case OKHTTP -> "OkHttp " + OkHttp.VERSION;
    };
  }
}
