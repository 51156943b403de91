package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Checksum;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * A list of downloads as aria2 reads it: a line of URIs, mirrors of one file with tabs between
 * them, and below it indented lines of options, of which {@code out}, {@code dir}, {@code checksum}
 * and {@code header} are known. Empty lines, and those that begin with {@code #}, are skipped.
 */
final class InputFile {

  /** One download of a list. */
  static final class Item {
    final List<String> uris;
    @Nullable String out;
    @Nullable String dir;
    @Nullable Checksum checksum;
    final List<Header> headers = new ArrayList<>();

    private Item(String line) {
      this.uris = List.of(line.strip().split("\\s*\t\\s*", -1));
    }
  }

  private InputFile() {}

  /**
   * Returns the downloads of a list.
   *
   * @param name what the list is called in messages
   * @throws UsageException naming the first line that can't be taken
   */
  static List<Item> read(String name, BufferedReader lines) throws IOException {
    List<Item> items = new ArrayList<>();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      // Some editors begin a file with a mark.
      String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
      if (text.isBlank() || text.startsWith("#")) {
        continue;
      }
      if (text.charAt(0) != ' ' && text.charAt(0) != '\t') {
        items.add(new Item(text));
        continue;
      }
      try {
        if (items.isEmpty()) {
          throw new UsageException("an option stands below the URI that it is for");
        }
        option(items.get(items.size() - 1), text.strip());
      } catch (UsageException | TypeConversionException e) {
        throw new UsageException(name + ", line " + number + ": " + e.getMessage());
      }
    }
    return items;
  }

  private static void option(Item item, String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals).strip();
    String value = equals < 0 ? "" : text.substring(equals + 1).strip();
    switch (name) {
      case "out" -> item.out = value;
      case "dir" -> item.dir = value;
      case "checksum" -> item.checksum = new Checksums().convert(value);
      case "header" -> item.headers.add(new Header.Converter().convert(value));
      default ->
          throw new UsageException(
              "the option " + name + " is not known: out, dir, checksum and header are");
    }
  }
}
