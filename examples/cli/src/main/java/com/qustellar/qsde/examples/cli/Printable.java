package com.qustellar.qsde.examples.cli;

/** Text from outside that is written to a terminal. */
final class Printable {

  private Printable() {}

  /** Returns the text with what would move a terminal's cursor or turn its writing replaced. */
  static String of(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .map(
            c ->
                switch (Character.getType(c)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE ->
                      '?';
                  default -> c;
                })
        .forEach(printable::appendCodePoint);
    return printable.toString();
  }
}
