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
                  // What joins letters and symbols to others is a part of names.
                  case Character.FORMAT -> c == 0x200C || c == 0x200D ? c : '?';
                  case Character.CONTROL,
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
