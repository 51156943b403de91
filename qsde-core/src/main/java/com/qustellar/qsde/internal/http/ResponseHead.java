package com.qustellar.qsde.internal.http;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The status and the fields of a response, as the rules need them.
 *
 * @param status the status code
 * @param fields looks the values of a field up by its name, whatever its case, in the order in
 *     which they arrived; an empty list where there is none
 * @param received the instant at which the head arrived
 */
public record ResponseHead(int status, Function<String, List<String>> fields, Instant received) {

  /**
   * {@return all lines of a field, untrimmed}
   *
   * @param name the field's name
   */
  public List<String> lines(String name) {
    return fields.apply(name);
  }

  /**
   * {@return the value of a field that has one value (RFC 9110 §5.5); empty where it is absent,
   * empty, or there are several that differ}
   *
   * @param name the field's name
   */
  public Optional<String> value(String name) {
    List<String> lines = lines(name);
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    String value = lines.get(0).strip();
    for (String other : lines) {
      if (!other.strip().equals(value)) {
        return Optional.empty();
      }
    }
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  /**
   * {@return the elements of a field that is a list (RFC 9110 §5.6.1), of all its lines and without
   * the empty ones}
   *
   * @param name the field's name; not one whose elements may be quoted
   */
  public List<String> elements(String name) {
    List<String> lines = lines(name);
    if (lines.isEmpty()) {
      return List.of(); // as most fields are
    }
    return lines.stream()
        .flatMap(line -> Arrays.stream(line.split(",")))
        .map(String::strip)
        .filter(element -> !element.isEmpty())
        .toList();
  }

  /** {@return the server's clock: the Date field, else the instant of arrival} */
  public Instant date() {
    return value("Date").flatMap(value -> HttpDate.parse(value, received)).orElse(received);
  }
}
