package com.qustellar.qsde;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A range of IPv4 or IPv6 addresses, such as {@code 10.0.0.0/8}. No name is ever looked up. */
final class Cidr {

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

  private final byte[] address;
  private final int bits;

  private Cidr(byte[] address, int bits) {
    this.address = address;
    this.bits = bits;
  }

  /** Returns the range a text names, one address where no length is given; null if it is none. */
  static @Nullable Cidr parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      return null;
    }
    int bits = address.length * 8;
    if (slash >= 0) {
      String length = text.substring(slash + 1);
      if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > bits) {
        return null;
      }
      bits = Integer.parseInt(length);
    }
    return new Cidr(address, bits);
  }

  /** Returns the bytes of a literal address, brackets allowed; null if the text is none. */
  static byte @Nullable [] address(String literal) {
    boolean bracketed = literal.startsWith("[") && literal.endsWith("]");
    String plain = bracketed ? literal.substring(1, literal.length() - 1) : literal;
    boolean ipv6 = plain.indexOf(':') >= 0 && plain.matches("[0-9A-Fa-f:.]+");
    if (!ipv6 && (bracketed || !IPV4.matcher(plain).matches())) {
      return null;
    }
    try {
      // In brackets getByName takes literals only, so this never asks a resolver.
      return InetAddress.getByName(ipv6 ? "[" + plain + "]" : plain).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  boolean contains(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    int whole = bits / 8;
    if (!Arrays.equals(address, 0, whole, other, 0, whole)) {
      return false;
    }
    int rest = bits % 8;
    return rest == 0 || ((address[whole] ^ other[whole]) & 0xFF) >> (8 - rest) == 0;
  }
}
