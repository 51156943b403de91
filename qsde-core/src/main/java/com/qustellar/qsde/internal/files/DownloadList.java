package com.qustellar.qsde.internal.files;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.internal.http.HeaderField;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list of downloads as aria2 reads it: a line of URIs, mirrors of one file with tabs between
 * them, and below it indented lines of options, of which {@code out}, {@code dir}, {@code checksum}
 * and {@code header} are known. Empty lines, and those that begin with {@code #}, are skipped.
 *
 * <p>It is read line by line, and remembers no more than the download that the last one was for. A
 * line that can't be taken costs its download; the next one is read as if nothing had been.
 */
public final class DownloadList {

  /**
   * One download of a list.
   *
   * @param line the number of its line of URIs, 1 for the first of the list
   * @param uris the URIs, one at least
   * @param out the name that it is given, null without one
   * @param dir the directory that it is given, null without one
   * @param checksum its digest, null without one
   * @param headers its header fields
   */
  public record Item(
      long line,
      List<String> uris,
      @Nullable String out,
      @Nullable String dir,
      @Nullable Checksum checksum,
      List<HeaderField> headers) {}

  /** Hears what a list holds. */
  public interface Reader {

    /**
     * A download, when all of its lines have been taken.
     *
     * @param item the download
     */
    void item(Item item);

    /**
     * A line can't be taken.
     *
     * @param why why not; begins with its number
     */
    void wrong(String why);
  }

  private static final String NONE = "an option stands below the URI that it is for";

  private final Reader reader;
  private @Nullable Item current;
  private boolean spoiled;
  private long number;

  /**
   * Prepares to read.
   *
   * @param reader hears what the list holds
   */
  public DownloadList(Reader reader) {
    this.reader = reader;
  }

  /**
   * Looks at what a stream begins with, by which lists of other kinds are told from this one.
   *
   * @param in a stream that can be {@linkplain InputStream#mark marked}; nothing of it is taken
   * @return the first byte, a mark of some editors aside; -1 where there is none
   * @throws IOException if it can't be read
   */
  public static int first(InputStream in) throws IOException {
    in.mark(4);
    int first = in.read();
    if (first == 0xEF && in.read() == 0xBB && in.read() == 0xBF) {
      first = in.read();
    }
    in.reset();
    return first;
  }

  /**
   * Takes the next line.
   *
   * @param line the line, without its end
   */
  public void line(String line) {
    number++;
    // Some editors begin a file with a mark.
    String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
    if (text.isBlank() || text.startsWith("#")) {
      return;
    }
    if (text.charAt(0) != ' ' && text.charAt(0) != '\t') {
      end();
      List<String> uris = List.of(text.strip().split("\\s*\t\\s*", -1));
      current = new Item(number, uris, null, null, null, List.of());
    } else if (!spoiled) {
      option(text.strip());
    }
  }

  private void option(String option) {
    try {
      if (current == null) {
        throw new IllegalArgumentException(NONE);
      }
      current = with(current, option);
    } catch (IllegalArgumentException e) {
      spoiled = current != null;
      current = null;
      reader.wrong("line " + number + ": " + e.getMessage());
    }
  }

  /** The list has ended, and with it its last download. */
  public void end() {
    Item ended = current;
    current = null;
    spoiled = false;
    if (ended != null) {
      reader.item(ended);
    }
  }

  private static Item with(Item item, String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals).strip();
    String value = equals < 0 ? "" : option.substring(equals + 1).strip();
    return switch (name) {
      case "out" -> new Item(item.line, item.uris, value, item.dir, item.checksum, item.headers);
      case "dir" -> new Item(item.line, item.uris, item.out, value, item.checksum, item.headers);
      case "checksum" ->
          new Item(item.line, item.uris, item.out, item.dir, Checksum.parse(value), item.headers);
      case "header" -> {
        List<HeaderField> headers = new ArrayList<>(item.headers);
        headers.add(HeaderField.parse(value));
        yield new Item(item.line, item.uris, item.out, item.dir, item.checksum, headers);
      }
      default ->
          throw new IllegalArgumentException(
              "the option " + name + " is not known: out, dir, checksum and header are");
    };
  }
}
