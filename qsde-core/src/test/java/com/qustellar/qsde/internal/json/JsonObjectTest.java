package com.qustellar.qsde.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {

  private static Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("text", "a \"b\" \\ / \n\r\t\b\f\0 \u007f é 文 \uD83D\uDE00 \uD800 \u202e");
    fields.put("number", Long.MIN_VALUE);
    fields.put("yes", true);
    fields.put("no", false);
    fields.put("", Map.of("Cookie", "a=b; c"));
    return fields;
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    String line = JsonObject.write(fields());

    assertThat(line).matches("[ -~]+");
    assertThat(JsonObject.read(line)).contains(fields());
  }

  @Test
  void whatIsTornOffIsNothing() {
    String line = JsonObject.write(fields());

    for (int length = 0; length < line.length(); length++) {
      assertThat(JsonObject.read(line.substring(0, length))).isEmpty();
    }
  }

  @Test
  void itIsWrittenLikeThis() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("a", 1);
    fields.put("b", null);
    fields.put("c", "\u00e9\"");
    fields.put("d", Map.of());

    assertThat(JsonObject.write(fields)).isEqualTo("{\"a\":1,\"c\":\"\\u00e9\\\"\",\"d\":{}}");
    assertThatThrownBy(() -> JsonObject.write(Map.of("a", 0.5)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void othersMayHaveWrittenIt() {
    assertThat(JsonObject.read(" { \"a\" : null , \"b\" : \"\\/\\u00E9\\n\" , \"c\" : { } } "))
        .contains(Map.of("b", "/é\n", "c", Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}x",
        "{}{}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1.5}",
        "{\"a\":-}",
        "{\"a\":99999999999999999999}",
        "{\"a\":tru}",
        "{\"a\":nul}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u00g0\"}",
        "{\"a\":[1]}",
        "{a:1}"
      })
  void anythingElseIsNothing(String line) {
    assertThat(JsonObject.read(line)).isEmpty();
  }

  @Test
  void neitherALineBreakInAStringNorEndlessDepthIsTaken() {
    assertThat(JsonObject.read("{\"a\":\"\n\"}")).isEmpty();
    assertThat(JsonObject.read("{\"a\":".repeat(100_000))).isEmpty();
  }
}
