package com.qustellar.qsde.examples.cluster.job;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object, each of which must be asked for. */
final class Fields {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(4).maxStringLength(1 << 20).build())
          .build();
  static final ObjectMapper MAPPER =
      new ObjectMapper(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonNode object;
  private final Set<String> asked = new HashSet<>();

  private Fields(JsonNode object) {
    this.object = object;
  }

  /** Reads an object of a known version. */
  static Fields of(byte @Nullable [] json, int version) throws UnreadableException {
    if (json == null || json.length == 0) {
      throw new UnreadableException("the record is empty");
    }
    JsonNode object;
    try {
      object = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UnreadableException("the record is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UnreadableException("the record is no JSON: " + e.getMessage());
    }
    if (!object.isObject()) {
      throw new UnreadableException("the record is no JSON object");
    }
    Fields fields = new Fields(object);
    long found = fields.number("v");
    if (found != version) {
      throw new UnreadableException(
          "the record is of version " + found + ", this worker knows " + version);
    }
    return fields;
  }

  /** Every field has been asked for, or the record says more than this version knows. */
  void end() throws UnreadableException {
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!asked.contains(name)) {
        throw new UnreadableException("the field \"" + name + "\" is not known");
      }
    }
  }

  /** Returns a field, null where it is absent or null. */
  @Nullable JsonNode get(String name) {
    asked.add(name);
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  String text(String name) throws UnreadableException {
    String text = textOrNull(name);
    if (text == null || text.isBlank()) {
      throw new UnreadableException("the field \"" + name + "\" is missing");
    }
    return text;
  }

  String text(String name, int longest) throws UnreadableException {
    String text = text(name);
    if (text.length() > longest) {
      throw new UnreadableException(
          "the field \"" + name + "\" is longer than " + longest + " characters");
    }
    return text;
  }

  @Nullable String textOrNull(String name) throws UnreadableException {
    JsonNode value = get(name);
    return value == null ? null : text(name, value);
  }

  static String text(String name, JsonNode value) throws UnreadableException {
    if (!value.isTextual()) {
      throw new UnreadableException("the field \"" + name + "\" is no text");
    }
    return value.textValue();
  }

  long number(String name) throws UnreadableException {
    JsonNode value = get(name);
    if (value == null || !value.canConvertToLong() || !value.isIntegralNumber()) {
      throw new UnreadableException("the field \"" + name + "\" is missing, or no whole number");
    }
    return value.longValue();
  }

  OptionalLong numberOrEmpty(String name) throws UnreadableException {
    return get(name) == null ? OptionalLong.empty() : OptionalLong.of(number(name));
  }

  double decimal(String name) throws UnreadableException {
    JsonNode value = get(name);
    if (value == null || !value.isNumber()) {
      throw new UnreadableException("the field \"" + name + "\" is missing, or no number");
    }
    return value.doubleValue();
  }

  boolean truth(String name) throws UnreadableException {
    JsonNode value = get(name);
    if (value == null || !value.isBoolean()) {
      throw new UnreadableException("the field \"" + name + "\" is missing, or not true or false");
    }
    return value.booleanValue();
  }

  /** Converts a text that is not absent. */
  <T> @Nullable T converted(String name, Function<String, T> function) throws UnreadableException {
    String text = textOrNull(name);
    return text == null ? null : convert(name, text, function);
  }

  static <T> T convert(String name, String text, Function<String, T> function)
      throws UnreadableException {
    try {
      return function.apply(text);
    } catch (IllegalArgumentException e) {
      throw new UnreadableException("the field \"" + name + "\": " + e.getMessage());
    }
  }

  /** Tells nothing of the address itself, which may hold a password. */
  static URI uri(String name, String text) throws UnreadableException {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new UnreadableException("the field \"" + name + "\" is no URI: " + e.getReason());
    }
  }
}
