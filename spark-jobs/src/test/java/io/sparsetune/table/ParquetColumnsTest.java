package io.sparsetune.table;

import static org.apache.parquet.schema.LogicalTypeAnnotation.decimalType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.float16Type;
import static org.apache.parquet.schema.LogicalTypeAnnotation.intType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timeType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.uuidType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.DataException;
import io.sparsetune.task.Labels;
import io.sparsetune.testing.SharedSession;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** Columns of parquet files, which have types of their own. */
class ParquetColumnsTest extends TableFiles {
  private static final Type TEXT = Types.optional(BINARY).as(stringType()).named("text");
  private static final Type LABEL = Types.optional(INT32).named("label");
  private static final Type NANOS =
      Types.optional(INT64).as(timestampType(false, TimeUnit.NANOS)).named("ts");

  @Test
  void columnsThatSparkCannotReadDoNotMatterUnlessTheyAreUsed() throws IOException {
    Type inner =
        Types.optionalGroup()
            .optional(INT64)
            .as(timestampType(true, TimeUnit.NANOS))
            .named("when")
            .optional(BINARY)
            .as(stringType())
            .named("what")
            .named("in");
    write(
        "a.parquet",
        row -> row.add("ts", 1L),
        TEXT,
        LABEL,
        NANOS,
        inner,
        Types.optional(INT64).as(timeType(false, TimeUnit.MICROS)).named("time"),
        Types.optional(FIXED_LEN_BYTE_ARRAY).length(2).as(float16Type()).named("half"),
        Types.optional(FIXED_LEN_BYTE_ARRAY).length(16).as(uuidType()).named("uuid"),
        Types.optional(BINARY).as(decimalType(2, 45)).named("long"),
        Types.optional(INT64).as(intType(64, false)).named("u64"),
        Types.optional(INT32).named("twice"),
        Types.optional(INT32).named("twice"));
    assertThat(table("a.parquet").schema().fieldNames())
        .containsExactly("text", "label", "in", "u64");
    assertThat(load("a.parquet").labels()).contains(Labels.of(List.of("0", "1")));
    assertThatThrownBy(() -> table("a.parquet").requireAll())
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot keep column 'ts' of data.train: Spark cannot read its type, INT64 (TIMESTAMP(NANOS,false)) in %s/a.parquet. Leave it out, or write it as another type, in all files the same (times in microseconds, say)."
                .formatted(folder))
        .hasMessageContaining("column 'in.when'")
        .hasMessageContaining("column 'time'")
        .hasMessageContaining("column 'half'")
        .hasMessageContaining("column 'uuid'")
        .hasMessageContaining("column 'long'")
        .hasMessageContaining("column 'twice' of data.train: there are 2 columns of that name");
    write(
        "b.parquet",
        row -> {},
        Types.optional(INT64).as(timeType(false, TimeUnit.NANOS)).named("text"),
        LABEL);
    assertThatThrownBy(() -> load("b.parquet"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use column 'text' (task.text): Spark cannot read its type, INT64 (TIME(NANOS,false)) in %s/b.parquet. Write it as text or a number, in all files the same."
                .formatted(folder));
  }

  @Test
  void numbersOfSeveralTypesAreTheSameLabels() throws IOException {
    Files.createDirectory(folder.resolve("t"));
    write("t/a.parquet", row -> {}, TEXT, LABEL);
    write("t/b.parquet", row -> {}, Types.optional(INT64).named("label"), TEXT, NANOS);
    write("t/c.parquet", row -> {}, Types.optional(DOUBLE).named("label"), TEXT);
    write("t/d.parquet", row -> {}, Types.optional(FLOAT).named("label"), TEXT);
    assertThat(load("t").labels()).contains(Labels.of(List.of("0", "1")));
    assertThat(load("t").examples()).isEqualTo(8);
  }

  @Test
  void keptNumbersOfSeveralTypesGetOneThatHoldsAll() throws IOException {
    Files.createDirectory(folder.resolve("t"));
    write("t/a.parquet", row -> {}, TEXT, LABEL, Types.optional(INT32).named("n"));
    write(
        "t/b.parquet",
        row -> row.add("n", 1L << 40),
        Types.optional(INT64).named("n"),
        Types.optional(DOUBLE).named("label"),
        TEXT);
    Table kept = typed("t");
    kept.requireAll();
    assertThat(kept.schema().apply("n").dataType()).isEqualTo(DataTypes.LongType);
    assertThat(kept.schema().apply("label").dataType()).isEqualTo(DataTypes.DoubleType);
    assertThat(
            kept.rowsInOrder(List.of("n", "label")).collect().stream()
                .map(row -> row.cells().toString()))
        .containsExactly("[null,0.0]", "[null,1.0]", "[1099511627776,0.0]", "[1099511627776,1.0]");
    write("t/c.parquet", row -> {}, TEXT, Types.optional(FLOAT).named("n"));
    assertThatThrownBy(() -> typed("t").requireAll())
        .hasMessageContaining(
            "column 'n' of data.train: its type is float in %s/t/c.parquet, but long in files before it."
                .formatted(folder));
  }

  @Test
  void aTextInOneFileAndANumberInTheNextIsNoColumn() throws IOException {
    Files.createDirectory(folder.resolve("t"));
    write("t/a.parquet", row -> {}, TEXT, LABEL);
    write("t/b.parquet", row -> {}, TEXT, Types.optional(BINARY).as(stringType()).named("label"));
    assertThatThrownBy(() -> load("t"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use column 'label' (task.label): its type is string in %s/t/b.parquet, but integer in files before it. Write it as text or a number, in all files the same."
                .formatted(folder));
  }

  @Test
  void aColumnThatOnlyLaterFilesHaveIsOneToo() throws IOException {
    Files.createDirectory(folder.resolve("t"));
    write("t/a.parquet", row -> {}, TEXT);
    write("t/b.parquet", row -> {}, TEXT, LABEL);
    assertThatThrownBy(() -> load("t"))
        .hasMessageContaining("row 1 of %s/t/a.parquet: column 'label' has no label", folder);
  }

  private Table typed(String name) {
    return Table.openTyped(
        SharedSession.get(), "data.train", paths(name), Optional.empty(), List.of("text"));
  }

  /** Writes two rows, of texts a and b, and labels 0 and 1. */
  private void write(String name, Consumer<Group> more, Type... columns) throws IOException {
    MessageType schema = new MessageType("rows", columns);
    Path path = new Path(folder.resolve(name).toUri());
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(path).withConf(new Configuration()).withType(schema).build()) {
      for (int i = 0; i < 2; i++) {
        Group row = new SimpleGroup(schema);
        for (Type column : columns) {
          switch (column.getName()) {
            case "text" -> addText(row, column, List.of("a", "b").get(i));
            case "label" -> addLabel(row, column, i);
            default -> {}
          }
        }
        more.accept(row);
        writer.write(row);
      }
    }
  }

  private static void addText(Group row, Type column, String text) {
    if (column.asPrimitiveType().getPrimitiveTypeName() == BINARY) {
      row.add("text", text);
    }
  }

  private static void addLabel(Group row, Type column, int label) {
    switch (column.asPrimitiveType().getPrimitiveTypeName()) {
      case INT32 -> row.add("label", label);
      case INT64 -> row.add("label", (long) label);
      case DOUBLE -> row.add("label", (double) label);
      case FLOAT -> row.add("label", (float) label);
      default -> row.add("label", Integer.toString(label));
    }
  }
}
