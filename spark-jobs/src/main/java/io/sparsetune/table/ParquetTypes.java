package io.sparsetune.table;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What becomes of a column that has numbers of one type in a file, and of another in the next. */
enum ParquetTypes {
  /** Each file's numbers are read as they are: they are told apart by value, not by type. */
  READ,
  /** All get one type, which has to hold the values of both. */
  KEPT;

  private static final List<DataType> INTEGERS =
      List.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);

  /** Digits of the largest numbers. */
  private static final List<Integer> DIGITS = List.of(3, 5, 10, 19);

  /**
   * The columns of both; those that do not fit get an entry in {@code others}.
   *
   * @param file that the next columns are of
   */
  StructType merge(
      StructType first, StructType next, String prefix, String file, Map<String, String> others) {
    StructType all = new StructType();
    List<String> names = List.of(next.fieldNames());
    for (StructField column : first.fields()) {
      DataType type = column.dataType();
      if (names.contains(column.name())) {
        DataType other = next.apply(column.name()).dataType();
        String name = prefix + column.name();
        if (type instanceof StructType a && other instanceof StructType b) {
          type = merge(a, b, name + ".", file, others);
        } else {
          Optional<DataType> both = both(type, other);
          if (both.isEmpty()) {
            others.putIfAbsent(
                name,
                "its type is %s in %s, but %s in files before it"
                    .formatted(other.typeName(), file, type.typeName()));
          }
          type = both.orElse(type);
        }
      }
      all = all.add(column.name(), type);
    }
    for (StructField column : next.fields()) {
      boolean known = List.of(first.fieldNames()).contains(column.name());
      all = known ? all : all.add(column);
    }
    return all;
  }

  private Optional<DataType> both(DataType a, DataType b) {
    if (a.equals(b) || b instanceof NullType) {
      return Optional.of(a);
    }
    if (a instanceof NullType) {
      return Optional.of(b);
    }
    if (!(a instanceof NumericType && b instanceof NumericType)) {
      return Optional.empty();
    }
    return this == READ ? Optional.of(DataTypes.DoubleType) : wider(a, b);
  }

  private static Optional<DataType> wider(DataType a, DataType b) {
    int i = INTEGERS.indexOf(a);
    int j = INTEGERS.indexOf(b);
    if (i >= 0 && j >= 0) {
      return Optional.of(INTEGERS.get(Math.max(i, j)));
    }
    if (a instanceof DecimalType || b instanceof DecimalType) {
      Optional<DecimalType> first = decimal(a);
      Optional<DecimalType> second = decimal(b);
      return first.flatMap(one -> second.flatMap(two -> wider(one, two)));
    }
    // Doubles hold integers of up to 32 bits exactly, floats not even those.
    return i == 3 || j == 3 ? Optional.empty() : Optional.of(DataTypes.DoubleType);
  }

  private static Optional<DataType> wider(DecimalType a, DecimalType b) {
    int scale = Math.max(a.scale(), b.scale());
    int digits = Math.max(a.precision() - a.scale(), b.precision() - b.scale()) + scale;
    return digits > DecimalType.MAX_PRECISION()
        ? Optional.empty()
        : Optional.of(DataTypes.createDecimalType(digits, scale));
  }

  private static Optional<DecimalType> decimal(DataType type) {
    if (type instanceof DecimalType decimal) {
      return Optional.of(decimal);
    }
    int integer = INTEGERS.indexOf(type);
    return integer < 0
        ? Optional.empty()
        : Optional.of(DataTypes.createDecimalType(DIGITS.get(integer), 0));
  }
}
