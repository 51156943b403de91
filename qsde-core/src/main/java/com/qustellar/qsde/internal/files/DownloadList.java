package com.qustellar.qsde.internal.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.internal.http.Decoding;
import com.qustellar.qsde.internal.http.HeaderField;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A list of downloads as aria2 reads it: a line of URIs, mirrors of one file with tabs between
 * them, and below it indented lines of options, of which {@code out}, {@code dir}, {@code checksum}
 * and {@code header} are known. Empty lines are skipped, and comments, which begin with {@code #},
 * indented or not.
 *
 * <p>It is read line by line, and remembers no more than the download that the last one was for. A
 * line that can't be taken, as its bytes are no UTF-8 say, costs its download; the next one is read
 * as if nothing had been.
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

  /** The mark, read as Latin-1. */
  private static final String MARK = "\u00EF\u00BB\u00BF";

  private final Reader reader;
  private @Nullable Item current;
  private boolean spoiled;
  private long number;

  private DownloadList(Reader reader) {
    this.reader = reader;
  }

  /**
   * Reads a list to its end.
   *
   * @param in the list; whoever has opened it closes it
   * @param reader hears what it holds
   * @throws IOException if it can't be read
   */
  public static void read(InputStream in, Reader reader) throws IOException {
    DownloadList list = new DownloadList(reader);
    // A byte is a character: of each line for itself it is asked whether it is text.
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, ISO_8859_1));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      list.line(line);
    }
    list.end();
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

  private void line(String bytes) {
    number++;
    // Some editors begin a file with a mark.
    String raw = number == 1 && bytes.startsWith(MARK) ? bytes.substring(MARK.length()) : bytes;
    Optional<String> text = Decoding.decode(raw.getBytes(ISO_8859_1), UTF_8);
    // What kind of line it is shows all the same where it is no text.
    String line = text.orElse(raw);
    if (line.isBlank() || line.strip().startsWith("#")) {
      return;
    }
    boolean begins = line.charAt(0) != ' ' && line.charAt(0) != '\t';
    if (begins) {
      end();
    } else if (spoiled) {
      return;
    }
    try {
      String stripped = text.orElseThrow(DownloadList::noText).strip();
      current = begins ? item(stripped) : with(current, stripped);
    } catch (IllegalArgumentException e) {
      spoiled = begins || current != null;
      current = null;
      reader.wrong("line " + number + ": " + e.getMessage());
    }
  }

  private static IllegalArgumentException noText() {
    return new IllegalArgumentException("it is no text in UTF-8");
  }

  private void end() {
    Item ended = current;
    current = null;
    spoiled = false;
    if (ended != null) {
      reader.item(ended);
    }
  }

  private Item item(String uris) {
    return new Item(number, List.of(uris.split("\\s*\t\\s*", -1)), null, null, null, List.of());
  }

  private static Item with(@Nullable Item item, String option) {
    if (item == null) {
      throw new IllegalArgumentException("an option stands below the URI that it is for");
    }
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
