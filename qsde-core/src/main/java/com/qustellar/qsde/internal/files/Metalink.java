package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.internal.http.Decimal;
import com.qustellar.qsde.internal.http.FileNames;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * A Metalink (RFC 5854): files with their digests, and for each the URLs where it is to be had.
 *
 * <p>Read are {@code name}, {@code size}, {@code hash} and {@code url}. No document type is read,
 * so that a file can name no other file and no URL that would be opened meanwhile.
 */
final class Metalink {

  private static final String NAMESPACE = "urn:ietf:params:xml:ns:metalink";
  private static final int LOWEST_PRIORITY = 999_999;

  /**
   * One file.
   *
   * @param name its name, as it stands there
   * @param bytes its length, 0 where that is not told
   * @param checksum the strongest of its digests, if it has one that is known
   * @param urls where it is, http and https only, the best first; at least one
   */
  record Item(String name, long bytes, @Nullable Checksum checksum, List<String> urls) {

    /**
     * Returns where the file goes: into the directory or one below it, whatever its name is. Makes
     * what directories it names.
     */
    Path in(Path dir) {
      Path directory = dir;
      String[] elements = name.split("[/\\\\]+", -1);
      for (int i = 0; i < elements.length - 1; i++) {
        if (!elements[i].isEmpty() && !elements[i].matches("\\.+")) {
          directory = directory.resolve(FileNames.safe(elements[i]));
        }
      }
      try {
        // The directory that all are put in must be there, as for any other download.
        if (!directory.equals(dir) && Files.isDirectory(dir)) {
          Files.createDirectories(directory);
        }
      } catch (IOException e) {
        throw new UsageException("a Metalink's directory can't be made: " + e);
      }
      return directory.resolve(FileNames.safe(elements[elements.length - 1]));
    }
  }

  private record Mirror(String url, int priority) {}

  private final String name;
  private final XMLStreamReader xml;

  private Metalink(String name, XMLStreamReader xml) {
    this.name = name;
    this.xml = xml;
  }

  /** Returns the file that a word of the command line means, if it is no URL of a download. */
  static Optional<Path> file(String word) {
    try {
      if (word.regionMatches(true, 0, "file:", 0, 5)) {
        return Optional.of(Path.of(URI.create(word)));
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(word + " names no file: " + e.getMessage());
    }
    boolean named = word.toLowerCase(Locale.ROOT).endsWith(".meta4") && !word.contains("://");
    return named ? Optional.of(Path.of(word)) : Optional.empty();
  }

  /**
   * Returns the files of a Metalink.
   *
   * @throws UsageException if it can't be read, is none, or has a file without a usable URL
   */
  static List<Item> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
      factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
      factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
      return new Metalink(file.toString(), factory.createXMLStreamReader(in)).files();
    } catch (IOException e) {
      throw new UsageException("a Metalink can't be read: " + e);
    } catch (XMLStreamException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
      throw new UsageException(file + ", line " + line + ": it is no XML that could be read");
    }
  }

  private List<Item> files() throws XMLStreamException {
    List<Item> items = new ArrayList<>();
    boolean begun = false;
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamConstants.DTD) {
        throw refused("a document type is not read");
      }
      if (event != XMLStreamConstants.START_ELEMENT) {
        continue;
      }
      if (!begun && !isElement("metalink")) {
        throw refused("it is no Metalink of RFC 5854");
      }
      if (begun && isElement("file")) {
        items.add(item());
      }
      begun = true;
    }
    return items;
  }

  private Item item() throws XMLStreamException {
    String file = xml.getAttributeValue(null, "name");
    if (file == null || file.isBlank()) {
      throw refused("a file has no name");
    }
    long bytes = 0;
    List<Checksum> checksums = new ArrayList<>();
    List<Mirror> mirrors = new ArrayList<>();
    while (xml.nextTag() == XMLStreamConstants.START_ELEMENT) {
      if (isElement("size")) {
        bytes = Decimal.parse(xml.getElementText().strip()).orElse(0);
      } else if (isElement("hash")) {
        checksum().ifPresent(checksums::add);
      } else if (isElement("url")) {
        mirror().ifPresent(mirrors::add);
      } else {
        skip();
      }
    }
    if (mirrors.isEmpty()) {
      throw refused(file + " has no http or https URL");
    }
    mirrors.sort(Comparator.comparingInt(Mirror::priority));
    return new Item(
        file,
        bytes,
        checksums.stream().max(Comparator.comparing(Checksum::algorithm)).orElse(null),
        mirrors.stream().map(Mirror::url).toList());
  }

  private Optional<Checksum> checksum() throws XMLStreamException {
    String type = xml.getAttributeValue(null, "type");
    String hex = xml.getElementText();
    HashAlgorithm algorithm;
    try {
      algorithm = HashAlgorithm.parse(String.valueOf(type));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Checksum(algorithm, hex));
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Mirror> mirror() throws XMLStreamException {
    String priority = xml.getAttributeValue(null, "priority");
    String url = xml.getElementText().strip();
    if (!url.toLowerCase(Locale.ROOT).matches("https?://.*")) {
      return Optional.empty();
    }
    long number = Decimal.parse(String.valueOf(priority).strip()).orElse(LOWEST_PRIORITY);
    return Optional.of(new Mirror(url, (int) Math.min(number, LOWEST_PRIORITY)));
  }

  private boolean isElement(String local) {
    return local.equals(xml.getLocalName()) && NAMESPACE.equals(xml.getNamespaceURI());
  }

  /** Goes to the end of an element that means nothing here. */
  private void skip() throws XMLStreamException {
    for (int depth = 1; depth > 0; ) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> depth++;
        case XMLStreamConstants.END_ELEMENT -> depth--;
        default -> {
          // Text and the like.
        }
      }
    }
  }

  private UsageException refused(String why) {
    return new UsageException(name + ", line " + xml.getLocation().getLineNumber() + ": " + why);
  }
}
