package com.qustellar.qsde.internal.http;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Response heads for tests, as short as they are read. */
final class Heads {

  static final Instant RECEIVED = Instant.parse("2026-03-01T12:00:00Z");

  private Heads() {}

  /** A head with fields given as {@code Name: value}; a name may come several times. */
  static ResponseHead head(int status, String... fields) {
    Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String field : fields) {
      int colon = field.indexOf(':');
      values
          .computeIfAbsent(field.substring(0, colon), name -> new ArrayList<>())
          .add(field.substring(colon + 1));
    }
    return new ResponseHead(status, name -> values.getOrDefault(name, List.of()), RECEIVED);
  }
}
