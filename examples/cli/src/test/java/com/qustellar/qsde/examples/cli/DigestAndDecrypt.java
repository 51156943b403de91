package com.qustellar.qsde.examples.cli;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** What a verified download over TLS has a JVM do, some MiB of it. */
final class DigestAndDecrypt {

  private static final int RECORD = 16 << 10;
  private static final int RECORDS = 2000;
  private static final SecretKeySpec KEY = new SecretKeySpec(new byte[16], "AES");

  private DigestAndDecrypt() {}

  public static void main(String[] args) throws GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] sealed = cipher(Cipher.ENCRYPT_MODE).doFinal(new byte[RECORD]);
    ByteBuffer open = ByteBuffer.allocate(sealed.length);
    for (int i = 0; i < RECORDS; i++) {
      cipher(Cipher.DECRYPT_MODE).doFinal(ByteBuffer.wrap(sealed), open.clear());
      digest.update(open.flip());
    }
    if (digest.digest().length != 32) {
      throw new AssertionError();
    }
  }

  private static Cipher cipher(int mode) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, KEY, new GCMParameterSpec(128, new byte[12]));
    return cipher;
  }
}
