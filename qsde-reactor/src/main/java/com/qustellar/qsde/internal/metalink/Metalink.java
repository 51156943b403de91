package com.qustellar.qsde.internal.metalink;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.internal.http.Decimal;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * A Metalink (RFC 5854): files with their digests, and for each the URLs where it is to be had.
 *
 * <p>Read are {@code name}, {@code size}, {@code hash} and {@code url}. No document type is read,
 * so that a file can name no other file and no URL that would be opened meanwhile. It is read file
 * by file, and remembers none.
 */
public final class Metalink {

  private static final String NAMESPACE = "urn:ietf:params:xml:ns:metalink";
  private static final int LOWEST_PRIORITY = 999_999;

  /**
   * One file.
   *
   * @param name its name, as it stands there
   * @param bytes its length, empty where that is not told
   * @param checksum the strongest of its digests, if it has one that is known
   * @param urls where it is, http and https only, the best first; at least one
   */
  public record Item(
      String name, OptionalLong bytes, @Nullable Checksum checksum, List<String> urls) {}

  private record Mirror(String url, int priority) {}

  private final XMLStreamReader xml;
  private boolean begun;

  /**
   * Begins to read.
   *
   * @param in the Metalink; whoever has opened it closes it
   * @throws IllegalArgumentException if it is no XML
   */
  public Metalink(InputStream in) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      xml = factory.createXMLStreamReader(in);
    } catch (XMLStreamException e) {
      throw unreadable(e);
    }
  }

  /**
   * {@return the next file, empty after the last one}
   *
   * @throws IllegalArgumentException if it is no Metalink, or the file has no usable URL; the
   *     message begins with the line's number
   */
  public Optional<Item> next() {
    try {
      return read();
    } catch (XMLStreamException e) {
      throw unreadable(e);
    }
  }

  private static IllegalArgumentException unreadable(XMLStreamException e) {
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
    return new IllegalArgumentException("line " + line + ": it is no XML that could be read", e);
  }

  private Optional<Item> read() throws XMLStreamException {
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
        return Optional.of(item());
      }
      begun = true;
    }
    return Optional.empty();
  }

  private Item item() throws XMLStreamException {
    String file = xml.getAttributeValue(null, "name");
    if (file == null || file.isBlank()) {
      throw refused("a file has no name");
    }
    OptionalLong bytes = OptionalLong.empty();
    List<Checksum> checksums = new ArrayList<>();
    List<Mirror> mirrors = new ArrayList<>();
    while (xml.nextTag() == XMLStreamConstants.START_ELEMENT) {
      if (isElement("size")) {
        bytes = Decimal.parse(xml.getElementText().strip());
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

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("line " + xml.getLocation().getLineNumber() + ": " + why);
  }
}
