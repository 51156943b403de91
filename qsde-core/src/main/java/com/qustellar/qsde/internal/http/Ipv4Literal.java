package com.qustellar.qsde.internal.http;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * IPv4 addresses in all their spellings, as browsers and curl read them (WHATWG URL, "IPv4
 * parser"): one to four numbers, decimal, octal behind a 0 or hexadecimal behind a 0x, the last of
 * which fills what is left of the four bytes; a dot may stand at the end.
 */
final class Ipv4Literal {

  private static final int LONGEST = 14; // digits of a number that is surely too large for 32 bits

  private Ipv4Literal() {}

  /** Returns whether a host's last label is a number: then it is an address or nothing. */
  static boolean endsInNumber(String host) {
    String name = withoutDot(host);
    String last = name.substring(name.lastIndexOf('.') + 1);
    return Decimal.isDecimal(last) || number(last) >= 0;
  }

  /** Returns the address as four decimal numbers, null if the host is none. */
  static @Nullable String canonical(String host) {
    List<String> labels = labels(host);
    int count = labels.size();
    if (count > 4) {
      return null;
    }
    long address = 0;
    for (int i = 0; i < count; i++) {
      // The last one fills what is left.
      int bytes = i < count - 1 ? 1 : 5 - count;
      long number = number(labels.get(i));
      if (number < 0 || number >= 1L << (8 * bytes)) {
        return null;
      }
      address = (address << (8 * bytes)) | number;
    }
    return (address >> 24)
        + "."
        + ((address >> 16) & 0xFF)
        + "."
        + ((address >> 8) & 0xFF)
        + "."
        + (address & 0xFF);
  }

  private static List<String> labels(String host) {
    return Arrays.asList(withoutDot(host).split("\\.", -1));
  }

  private static String withoutDot(String host) {
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** Returns the number that a label is, -1 if it is none. */
  private static long number(String label) {
    String digits = label;
    int radix = 10;
    if (label.startsWith("0x") || label.startsWith("0X")) {
      digits = label.substring(2);
      radix = 16;
    } else if (label.length() > 1 && label.startsWith("0")) {
      digits = label.substring(1);
      radix = 8;
    } else if (label.isEmpty()) {
      return -1;
    }
    int zeros = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c >= 128 || Character.digit(c, radix) < 0) {
        return -1;
      }
      zeros += c == '0' && zeros == i ? 1 : 0;
    }
    if (zeros == digits.length()) {
      return 0;
    }
    return digits.length() - zeros > LONGEST
        ? Long.MAX_VALUE
        : Long.parseLong(digits, zeros, digits.length(), radix);
  }
}
