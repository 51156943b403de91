package com.qustellar.qsde;

/** What a status code says (IANA's registry; 520 to 524 are a CDN's), and what to do about it. */
final class StatusText {

  private StatusText() {}

  /** Returns the code with its name, as {@code 404 Not Found}. */
  static String of(int status) {
    String name = name(status);
    return name.isEmpty() ? Integer.toString(status) : status + " " + name;
  }

  static String advice(int status) {
    return switch (status) {
      case 401 -> "give the credentials it wants";
      case 403 -> "check the credentials, or whether the link has expired";
      case 404 -> "check the address";
      case 410 -> "the file is gone, look for another address";
      case 407 -> "give the proxy's credentials";
      case 429 -> "try again later, or with fewer connections";
      default -> status >= 500 ? "the server is in trouble, try again later" : "check the request";
    };
  }

  private static String name(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 402 -> "Payment Required";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 407 -> "Proxy Authentication Required";
      case 408 -> "Request Timeout";
      case 409 -> "Conflict";
      case 410 -> "Gone";
      case 412 -> "Precondition Failed";
      case 414 -> "URI Too Long";
      case 416 -> "Range Not Satisfiable";
      case 421 -> "Misdirected Request";
      case 423 -> "Locked";
      case 425 -> "Too Early";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 451 -> "Unavailable For Legal Reasons";
      case 500 -> "Internal Server Error";
      case 501 -> "Not Implemented";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      case 505 -> "HTTP Version Not Supported";
      case 507 -> "Insufficient Storage";
      case 511 -> "Network Authentication Required";
      case 520 -> "Unknown Error";
      case 521 -> "Web Server Is Down";
      case 522 -> "Connection Timed Out";
      case 523 -> "Origin Is Unreachable";
      case 524 -> "A Timeout Occurred";
      default -> "";
    };
  }
}
