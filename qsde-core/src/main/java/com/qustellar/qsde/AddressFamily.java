package com.qustellar.qsde;

/** Which of a name's addresses are used. */
public enum AddressFamily {
  /** All of them: the default. */
  ANY,
  /** IPv4 only. */
  IPV4,
  /** IPv6 only. */
  IPV6
}
