package io.sparsetune.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256: names content. */
public final class Sha256 {
  private Sha256() {}

  /** An empty digest, which every Java has. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** 64 hexadecimal digits. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  /** 64 hexadecimal digits for the content of a file, which is read in pieces. */
  public static String hex(Path file) throws IOException {
    return hex(ByteSource.local(file));
  }

  /** The same of any file. */
  public static String hex(ByteSource file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = file.openAt(0)) {
      in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
