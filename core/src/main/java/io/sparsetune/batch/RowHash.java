package io.sparsetune.batch;

import io.sparsetune.files.Sha256;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * SHA-256 of a row's fields: what its rank in a data set follows from, wherever the row stood in
 * the input. Equal hashes mean equal rows, whose order among themselves does not matter. The four
 * words are big-endian, unsigned.
 */
public record RowHash(long word0, long word1, long word2, long word3)
    implements Comparable<RowHash>, Serializable {
  public static final RowHash ZERO = new RowHash(0, 0, 0, 0);

  /** Hash of the fields, each as its length in bytes (32 bits, big-endian) and its UTF-8 bytes. */
  public static RowHash of(String... fields) {
    MessageDigest digest = Sha256.digest();
    for (String field : fields) {
      byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      digest.update(bytes);
    }
    ByteBuffer words = ByteBuffer.wrap(digest.digest());
    return new RowHash(words.getLong(), words.getLong(), words.getLong(), words.getLong());
  }

  /**
   * The sum modulo 2²⁵⁶. Summed over a data set's rows, in any order, it tells data sets apart by
   * content.
   */
  public RowHash plus(RowHash other) {
    long sum3 = word3 + other.word3;
    long carry = Long.compareUnsigned(sum3, word3) < 0 ? 1 : 0;
    long sum2 = word2 + other.word2;
    long carry2 = Long.compareUnsigned(sum2, word2) < 0 ? 1 : 0;
    sum2 += carry;
    carry2 += carry == 1 && sum2 == 0 ? 1 : 0;
    long sum1 = word1 + other.word1;
    long carry1 = Long.compareUnsigned(sum1, word1) < 0 ? 1 : 0;
    sum1 += carry2;
    carry1 += carry2 == 1 && sum1 == 0 ? 1 : 0;
    return new RowHash(word0 + other.word0 + carry1, sum1, sum2, sum3);
  }

  /**
   * Whether the row belongs to the part of that size when a share of a data set is set aside: a
   * property of the row's content alone, so that equal rows stay together.
   *
   * @param share in [0, 1]
   */
  public boolean inShare(double share) {
    // The last word: the first ones order the rows, and the shares must not follow from the order.
    return (word3 >>> 11) * 0x1p-53 < share;
  }

  /** 64 hexadecimal digits. */
  public String hex() {
    ByteBuffer bytes = ByteBuffer.allocate(4 * Long.BYTES);
    bytes.putLong(word0).putLong(word1).putLong(word2).putLong(word3);
    return HexFormat.of().formatHex(bytes.array());
  }

  @Override
  public int compareTo(RowHash other) {
    int order = Long.compareUnsigned(word0, other.word0);
    order = order != 0 ? order : Long.compareUnsigned(word1, other.word1);
    order = order != 0 ? order : Long.compareUnsigned(word2, other.word2);
    return order != 0 ? order : Long.compareUnsigned(word3, other.word3);
  }
}
