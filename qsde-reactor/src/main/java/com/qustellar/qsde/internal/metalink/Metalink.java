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
 * by file, and remembers none. One that can't be taken costs no other.
 */
public final class Metalink {

  private static final String NAMESPACE = "urn:ietf:params:xml:ns:metalink";
  private static final int LOWEST_PRIORITY = 999_999;

  /**
   * One file.
   *
   * @param line the number of its line
   * @param name its name, as it stands there
   * @param bytes its length, empty where that is not told
   * @param checksum the strongest of its digests, if it has one that is known
   * @param urls where it is, http and https only, the best first; at least one
   */
  public record Item(
      long line, String name, OptionalLong bytes, @Nullable Checksum checksum, List<String> urls) {}

  /** Hears what a Metalink holds. */
  public interface Reader {

    /**
     * A file.
     *
     * @param item the file
     */
    void item(Item item);

    /**
     * A file can't be taken, as it has no usable URL say; or what follows, as it is no XML.
     *
     * @param why why not; begins with the line's number
     */
    void wrong(String why);
  }

  private record Mirror(String url, int priority) {}

  private final XMLStreamReader xml;

  private Metalink(XMLStreamReader xml) {
    this.xml = xml;
  }

  /**
   * Reads a Metalink to its end.
   *
   * @param in the Metalink; whoever has opened it closes it
   * @param reader hears what it holds
   * @throws IllegalArgumentException if it is none; the message begins with the line's number
   */
  public static void read(InputStream in, Reader reader) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    Metalink metalink;
    try {
      metalink = new Metalink(factory.createXMLStreamReader(in));
      metalink.begin();
    } catch (XMLStreamException e) {
      throw new IllegalArgumentException(unreadable(e), e);
    }
    try {
      metalink.files(reader);
    } catch (XMLStreamException e) {
      reader.wrong(unreadable(e));
    }
  }

  private static String unreadable(XMLStreamException e) {
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
    return "line " + line + ": it is no XML that could be read";
  }

  private void begin() throws XMLStreamException {
    for (int event = 0; event != XMLStreamConstants.START_ELEMENT; event = xml.next()) {
      if (event == XMLStreamConstants.DTD) {
        throw refused("a document type is not read");
      }
    }
    if (!isElement("metalink")) {
      throw refused("it is no Metalink of RFC 5854");
    }
  }

  private void files(Reader reader) throws XMLStreamException {
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.START_ELEMENT && isElement("file")) {
        file(reader);
      }
    }
  }

  /** What is left of a file that can't be taken is no file. */
  private void file(Reader reader) throws XMLStreamException {
    Item item;
    try {
      item = item();
    } catch (IllegalArgumentException e) {
      reader.wrong(String.valueOf(e.getMessage()));
      return;
    }
    reader.item(item);
  }

  private Item item() throws XMLStreamException {
    long line = xml.getLocation().getLineNumber();
    String file = xml.getAttributeValue(null, "name");
    if (file == null || file.isBlank()) {
      throw refused("a file has no name");
    }
    OptionalLong bytes = OptionalLong.empty();
    List<Checksum> checksums = new ArrayList<>();
    List<Mirror> mirrors = new ArrayList<>();
    while (isInElement()) {
      if (isElement("size")) {
        bytes = Decimal.parse(text().strip());
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
        line,
        file,
        bytes,
        checksums.stream().max(Comparator.comparing(Checksum::algorithm)).orElse(null),
        mirrors.stream().map(Mirror::url).toList());
  }

  private Optional<Checksum> checksum() throws XMLStreamException {
    String type = xml.getAttributeValue(null, "type");
    String hex = text();
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
    String url = text().strip();
    if (!url.toLowerCase(Locale.ROOT).matches("https?://.*")) {
      return Optional.empty();
    }
    long number = Decimal.parse(String.valueOf(priority).strip()).orElse(LOWEST_PRIORITY);
    return Optional.of(new Mirror(url, (int) Math.min(number, LOWEST_PRIORITY)));
  }

  /** Goes to the next element within the current one; returns whether there is one more. */
  private boolean isInElement() throws XMLStreamException {
    int event = xml.next();
    while (event != XMLStreamConstants.START_ELEMENT && event != XMLStreamConstants.END_ELEMENT) {
      event = xml.next();
    }
    return event == XMLStreamConstants.START_ELEMENT;
  }

  /** Returns the text of the current element, and goes to its end. */
  private String text() throws XMLStreamException {
    StringBuilder text = new StringBuilder();
    for (int event = xml.next(); event != XMLStreamConstants.END_ELEMENT; event = xml.next()) {
      switch (event) {
        case XMLStreamConstants.START_ELEMENT -> skip();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
            text.append(xml.getText());
        default -> {
          // Comments and the like.
        }
      }
    }
    return text.toString();
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
