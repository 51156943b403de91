package com.qustellar.qsde.internal.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Names and passwords by host, as {@code ftp} and curl read them from {@code ~/.netrc}.
 *
 * <pre>{@code
 * machine HOST login NAME password PASSWORD
 * default login NAME password PASSWORD
 * macdef NAME … up to an empty line: skipped
 * }</pre>
 *
 * <p>White space of any kind separates the words. One in double quotes may hold some, and a
 * backslash before a quote or a backslash. A {@code #} where a word could begin starts a comment.
 */
public final class Netrc {

  /**
   * A name and a password.
   *
   * @param name the name, perhaps empty
   * @param password the password, perhaps empty
   */
  public record Credentials(String name, String password) {

    /** {@return the name, and that there is a password} */
    @Override
    public String toString() {
      return "Credentials[name=" + name + ", password=…]";
    }
  }

  /** What is told of a host; of the default, which has none, for all others. */
  private static final class Entry {
    private final @Nullable String host;
    private @Nullable String name;
    private @Nullable String password;

    Entry(@Nullable String host) {
      this.host = host;
    }
  }

  private final String text;
  private int at;
  private final List<Entry> entries = new ArrayList<>();

  private Netrc(String text) {
    this.text = text;
  }

  /**
   * {@return what a file tells}
   *
   * <p>Words that mean nothing here are passed over, so that no file is malformed.
   *
   * @param text the whole file
   */
  public static Netrc parse(String text) {
    Netrc netrc = new Netrc(text);
    netrc.read();
    return netrc;
  }

  /**
   * {@return the credentials for a host: those of its first entry, else those of the default; empty
   * where there is neither or it names nobody}
   *
   * @param host the host's name, whatever its case
   */
  public Optional<Credentials> find(String host) {
    return entries.stream()
        .filter(entry -> entry.host == null || entry.host.equalsIgnoreCase(host))
        .findFirst()
        .filter(entry -> entry.name != null || entry.password != null)
        .map(entry -> new Credentials(orEmpty(entry.name), orEmpty(entry.password)));
  }

  private void read() {
    Entry current = new Entry("");
    for (String word = next(); word != null; word = next()) {
      switch (word) {
        case "machine" -> current = add(new Entry(orEmpty(next())));
        case "default" -> current = add(new Entry(null));
        case "login" -> current.name = next();
        case "password" -> current.password = next();
        case "account" -> next();
        case "macdef" -> skipMacro();
        default -> {
          // Of another tool.
        }
      }
    }
  }

  private Entry add(Entry entry) {
    entries.add(entry);
    return entry;
  }

  private void skipMacro() {
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      int lineEnd = end < 0 ? text.length() : end;
      boolean empty = text.substring(at, lineEnd).isBlank();
      boolean first = at > 0 && text.charAt(at - 1) != '\n';
      at = Math.min(text.length(), lineEnd + 1);
      // What is left of the line with the macro's name may be empty, and ends nothing.
      if (empty && !first) {
        return;
      }
    }
  }

  private @Nullable String next() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(c)) {
        at++;
      } else {
        return c == '"' ? quoted() : plain();
      }
    }
    return null;
  }

  private String plain() {
    int from = at;
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.substring(from, at);
  }

  private String quoted() {
    StringBuilder word = new StringBuilder();
    for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
      }
      word.append(text.charAt(at));
    }
    at++;
    return word.toString();
  }

  private static String orEmpty(@Nullable String word) {
    return word == null ? "" : word;
  }
}
