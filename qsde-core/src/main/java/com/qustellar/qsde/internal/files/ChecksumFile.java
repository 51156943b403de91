package com.qustellar.qsde.internal.files;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The digests of many files, as {@code sha256sum} and its like write them.
 *
 * <pre>{@code
 * HASH  NAME
 * HASH *NAME
 * SHA256 (NAME) = HASH
 * }</pre>
 *
 * <p>In the first two the length of the hash tells the algorithm. A backslash before the line says
 * that in the name {@code \n}, {@code \r} and {@code \\} stand for a line break, a carriage return
 * and a backslash. Everything else, such as comments, a signature around the list, and algorithms
 * that are not known, is passed over.
 */
public final class ChecksumFile {

  private static final Pattern GNU =
      Pattern.compile("(\\\\?)([0-9A-Fa-f]{32,128})(?: [ *]?+|\t)(.+)");
  private static final Pattern BSD =
      Pattern.compile("(\\\\?)([A-Za-z0-9-]{3,7}) ?\\((.+)\\) ?= ?([0-9A-Fa-f]{32,128})");

  private record Entry(String name, Checksum checksum) {}

  private final List<Entry> entries;

  private ChecksumFile(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * {@return what a file tells}
   *
   * @param lines the file's lines
   */
  public static ChecksumFile parse(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    lines.forEach(line -> entry(line.stripTrailing()).ifPresent(entries::add));
    return new ChecksumFile(List.copyOf(entries));
  }

  /**
   * {@return the strongest checksum of a file, empty where it is not listed}
   *
   * <p>An entry of that very name counts; else those of which it is the last path element.
   *
   * @param name the file's name, without a directory
   * @throws IllegalArgumentException if the list names two files so, with different checksums
   */
  public Optional<Checksum> find(String name) {
    List<Checksum> exact = of(entries.stream().filter(entry -> entry.name.equals(name)).toList());
    List<Checksum> found =
        exact.isEmpty()
            ? of(entries.stream().filter(entry -> lastElement(entry.name).equals(name)).toList())
            : exact;
    Optional<Checksum> strongest = found.stream().max(Comparator.comparing(Checksum::algorithm));
    strongest.ifPresent(
        checksum -> {
          if (found.stream()
              .anyMatch(
                  other -> other.algorithm() == checksum.algorithm() && !other.equals(checksum))) {
            throw new IllegalArgumentException(
                "it lists " + name + " more than once, with different checksums");
          }
        });
    return strongest;
  }

  private static List<Checksum> of(List<Entry> entries) {
    return entries.stream().map(Entry::checksum).toList();
  }

  private static Optional<Entry> entry(String line) {
    Matcher gnu = GNU.matcher(line);
    if (gnu.matches()) {
      return algorithm(gnu.group(2).length())
          .map(algorithm -> entry(gnu.group(1), gnu.group(3), algorithm, gnu.group(2)));
    }
    Matcher bsd = BSD.matcher(line);
    if (bsd.matches()) {
      return algorithm(bsd.group(4).length())
          .filter(algorithm -> isCalled(algorithm, bsd.group(2)))
          .map(algorithm -> entry(bsd.group(1), bsd.group(3), algorithm, bsd.group(4)));
    }
    return Optional.empty();
  }

  private static Entry entry(String mark, String name, HashAlgorithm algorithm, String hex) {
    return new Entry(mark.isEmpty() ? name : unescape(name), new Checksum(algorithm, hex));
  }

  private static Optional<HashAlgorithm> algorithm(int digits) {
    return List.of(HashAlgorithm.values()).stream()
        .filter(algorithm -> 2 * algorithm.digestLength() == digits)
        .findFirst();
  }

  private static boolean isCalled(HashAlgorithm algorithm, String name) {
    return algorithm.label().equalsIgnoreCase(name.replace("-", ""));
  }

  private static String unescape(String name) {
    StringBuilder plain = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\\' && i + 1 < name.length()) {
        i++;
        plain.append(
            switch (name.charAt(i)) {
              case 'n' -> '\n';
              case 'r' -> '\r';
              default -> name.charAt(i);
            });
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private static String lastElement(String name) {
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  }
}
