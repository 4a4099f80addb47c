package io.sparsetune.text;

import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A row's place among all rows, by its content alone: SHA-256 of its length-prefixed fields, then
 * the fields themselves. Rows of one place are duplicates. Immutable.
 */
public final class RowRank implements Comparable<RowRank>, Serializable {
  private static final long serialVersionUID = 1;

  private final byte[] fields;
  private final byte[] hash;

  private RowRank(byte[] fields, byte[] hash) {
    this.fields = fields;
    this.hash = hash;
  }

  /** The rank of a row of those fields, in the order that all rows have them. */
  public static RowRank of(List<String> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String field : fields) {
      byte[] utf8 = field.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
      bytes.writeBytes(utf8);
    }
    byte[] encoded = bytes.toByteArray();
    try {
      return new RowRank(encoded, MessageDigest.getInstance("SHA-256").digest(encoded));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** SHA-256 of the row's content, 32 bytes. */
  public byte[] hash() {
    return hash.clone();
  }

  /** The hash's first 64 bits: uniform over rows. */
  public long bits() {
    return ByteBuffer.wrap(hash).getLong();
  }

  /** Bytes are compared as unsigned numbers. */
  @Override
  public int compareTo(RowRank other) {
    int byHash = Arrays.compareUnsigned(hash, other.hash);
    return byHash != 0 ? byHash : Arrays.compareUnsigned(fields, other.fields);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowRank rank && Arrays.equals(fields, rank.fields);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(hash);
  }
}
