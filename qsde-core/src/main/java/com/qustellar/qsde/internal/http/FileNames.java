package com.qustellar.qsde.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** File names: those that others choose, made harmless, and those of the files beside a target. */
public final class FileNames {

  /** The name of a file that nobody named. */
  public static final String DEFAULT = "download";

  private static final String PART = ".qsde-part";
  private static final String JOURNAL = ".qsde-journal";
  private static final String VERSION = ".qsde-version";

  /** The longest name made here, in bytes of UTF-8. */
  private static final int LONGEST_NAME = 230;

  /** The longest name that file systems take, in bytes of UTF-8. */
  private static final int LONGEST_ENTRY = 255;

  /** The hexadecimal digits of a hash that stand for the rest of a name: 128 bits. */
  private static final int HASH_DIGITS = 32;

  private static final String WINDOWS_ILLEGAL = "<>:\"|?*";

  /** Devices on Windows, whatever extension follows. */
  private static final Pattern RESERVED =
      Pattern.compile(
          "(?:CON|PRN|AUX|NUL|CONIN\\$|CONOUT\\$|CLOCK\\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])"
              + " *+(?:\\..*+)?",
          Pattern.CASE_INSENSITIVE);

  /** An extension worth keeping when a name is cut, with the tar before a compressed one. */
  private static final Pattern EXTENSION =
      Pattern.compile("(?:\\.tar)?\\.[^.]{1,15}$", Pattern.CASE_INSENSITIVE);

  /** The names of our own files, which nobody may plant beside another target. */
  private static final Pattern OURS =
      Pattern.compile("\\.(qsde-(?:part|journal|version))$", Pattern.CASE_INSENSITIVE);

  private FileNames() {}

  /**
   * {@return a safe name from the last element of a URI's path, {@link #DEFAULT} where it has none}
   *
   * @param uri the URI; query and fragment do not matter
   */
  public static String fromUri(URI uri) {
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String last = path.substring(path.lastIndexOf('/') + 1);
    return safe(Percent.decode(last, UTF_8).orElse(last));
  }

  /**
   * {@return a name that is one visible file of the directory it is put in, on every file system}
   *
   * <p>Only what follows the last slash or backslash counts. Control, bidi and invisible characters
   * are dropped, as are leading dots and spaces and trailing ones; characters that Windows refuses
   * become {@code _}, and its device names begin with one. The name has at most 230 bytes of UTF-8,
   * cut between code points and before a short extension. It never ends as a part file, a journal
   * or a kept version does. What is empty then is {@link #DEFAULT}.
   *
   * @param name a name that somebody else chose
   */
  public static String safe(String name) {
    String element = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    StringBuilder visible = new StringBuilder(element.length());
    element
        .codePoints()
        .filter(FileNames::isVisible)
        .map(FileNames::legal)
        .forEach(visible::appendCodePoint);
    String trimmed = trim(visible.toString());
    String named = RESERVED.matcher(trimmed).matches() ? "_" + trimmed : trimmed;
    String cut = trim(shorten(named));
    return cut.isEmpty() ? DEFAULT : OURS.matcher(cut).replaceFirst("_$1");
  }

  /**
   * {@return the name of the part file of a target: {@code NAME.qsde-part}}
   *
   * <p>Of a name that is too long for this, the end gives way to a hash of the whole (SHA-256), so
   * that the same target always has the same part file, and no other target has.
   *
   * @param targetName the name of the target
   */
  public static String part(String targetName) {
    return stem(targetName) + PART;
  }

  /**
   * {@return the name of the journal of a target: {@code NAME.qsde-journal}, hashed as {@link
   * #part}}
   *
   * @param targetName the name of the target
   */
  public static String journal(String targetName) {
    return stem(targetName) + JOURNAL;
  }

  /**
   * {@return the name of what is kept of a target's version: {@code NAME.qsde-version}, hashed as
   * {@link #part}}
   *
   * @param targetName the name of the target
   */
  public static String version(String targetName) {
    return stem(targetName) + VERSION;
  }

  /** One stem for all, by the longest suffix. */
  private static String stem(String targetName) {
    int room = LONGEST_ENTRY - JOURNAL.length();
    if (bytes(targetName) <= room) {
      return targetName;
    }
    return cut(targetName, room - HASH_DIGITS - 1) + "-" + hash(targetName);
  }

  private static boolean isVisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      // Bidi controls and the like; Persian and emoji need the (non-)joiners.
      case Character.FORMAT -> c == 0x200C || c == 0x200D;
      default -> true;
    };
  }

  private static int legal(int c) {
    boolean illegal =
        WINDOWS_ILLEGAL.indexOf(c) >= 0 || Character.getType(c) == Character.SURROGATE;
    return illegal ? '_' : c;
  }

  /** Without dots and spaces at either end. */
  private static String trim(String name) {
    int from = 0;
    int to = name.length();
    while (from < to && isDotOrSpace(name.charAt(from))) {
      from++;
    }
    while (to > from && isDotOrSpace(name.charAt(to - 1))) {
      to--;
    }
    return name.substring(from, to);
  }

  private static boolean isDotOrSpace(char c) {
    return c == '.' || Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private static String shorten(String name) {
    if (bytes(name) <= LONGEST_NAME) {
      return name;
    }
    Matcher matcher = EXTENSION.matcher(name);
    String extension = matcher.find() ? matcher.group() : "";
    return cut(name, LONGEST_NAME - bytes(extension)) + extension;
  }

  /** The beginning of a text that has at most so many bytes of UTF-8, of whole code points. */
  private static String cut(String text, int longest) {
    int end = 0;
    int used = 0;
    while (end < text.length()) {
      int next = text.offsetByCodePoints(end, 1);
      used += bytes(text.substring(end, next));
      if (used > longest) {
        break;
      }
      end = next;
    }
    return text.substring(0, end);
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }

  private static String hash(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
