package com.qustellar.qsde;

import com.qustellar.qsde.internal.http.SafeText;
import java.util.concurrent.ThreadLocalRandom;

/** What a download may be called, and is where nobody has named it. */
final class RequestId {

  /** How many characters a given one has at most. */
  static final int LONGEST = 200;

  private static final String CHARACTERS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  private static final int LENGTH = 12;

  private RequestId() {}

  /** Returns whether it is one line that is neither empty nor too long, and shows as it is. */
  static boolean isFit(String id) {
    return !id.isBlank() && id.length() <= LONGEST && SafeText.strip(id).equals(id);
  }

  /** 72 bits tell downloads apart; nobody is to be kept from guessing them. */
  static String random() {
    StringBuilder id = new StringBuilder(LENGTH);
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < LENGTH; i++) {
      id.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    }
    return id.toString();
  }
}
