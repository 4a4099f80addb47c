package io.sparsetune.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The base out of a merged model, without the base. */
class UndoFileTest {
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void theBaseComesBackBitForBit(String name) throws IOException {
    BaseModel base = Golden.base(name);
    MemoryFolder expected = new MemoryFolder("base");
    HuggingFaceFolder.write(base, expected);
    MemoryFolder merged = merged(base, Deltas.random(base, Golden.spec(base), 3));
    assertThat(BaseModel.open(merged).fingerprint()).isNotEqualTo(base.fingerprint());
    MemoryFolder undone = undone(merged);
    assertThat(undone.bytes("model.safetensors")).isEqualTo(expected.bytes("model.safetensors"));
    assertThat(BaseModel.open(undone).fingerprint()).isEqualTo(base.fingerprint());
    assertThat(undone.names()).doesNotContain(UndoFile.FILE);
  }

  @Test
  void mergedWeightsThatHaveChangedAreRefused() throws IOException {
    BaseModel base = Golden.base("bert");
    MemoryFolder merged = merged(base, Deltas.random(base, Golden.spec(base), 3));
    byte[] weights = merged.bytes("model.safetensors");
    int length = (int) ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).getLong();
    weights[8 + length + 2] ^= 1;
    assertThatThrownBy(() -> undone(merged))
        .isInstanceOf(DataException.class)
        .hasMessageMatching(
            "Cannot undo merged: with the values of undo\\.safetensors put back it is [0-9a-f]{64}"
                + " instead of its base, "
                + base.fingerprint()
                + "; its weights have changed since it was merged; merge the run again, and undo"
                + " that");
  }

  @Test
  void aModelOfAnotherSizeIsRefused() throws IOException {
    BaseModel base = Golden.base("bert");
    MemoryFolder merged = merged(base, Deltas.random(base, Golden.spec(base), 3));
    ByteArrayOutputStream undo = new ByteArrayOutputStream();
    new SafetensorsWriter()
        .metadata("format", "sparsetune-undo")
        .metadata("format_version", "1")
        .floats("embeddings.word_embeddings.weight", List.of(1), new float[1])
        .writeTo(undo);
    merged.put(UndoFile.FILE, undo.toByteArray());
    assertThatThrownBy(() -> undone(merged))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read merged/undo.safetensors: its entries for embeddings.word_embeddings.weight"
                + " do not fit the model beside it, which has changed since it was merged; merge"
                + " the run again, and undo that");
  }

  @Test
  void aFolderWithoutTheFileIsRefused() throws IOException {
    BaseModel base = Golden.base("bert");
    MemoryFolder merged = merged(base, Deltas.random(base, Golden.spec(base), 3));
    merged.remove(UndoFile.FILE);
    assertThatThrownBy(() -> undone(merged))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot undo merged: it has no undo.safetensors, which merge and export --format"
                + " huggingface write beside the model; merge the run again");
    merged.put(UndoFile.FILE, merged.bytes("model.safetensors"));
    assertThatThrownBy(() -> undone(merged))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read merged/undo.safetensors: its metadata does not say format sparsetune-undo,"
                + " format_version 1");
  }

  private static MemoryFolder merged(BaseModel base, SparseDelta delta) throws IOException {
    MemoryFolder merged = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, delta, merged);
    return merged;
  }

  private static MemoryFolder undone(MemoryFolder merged) throws IOException {
    BaseModel model = BaseModel.open(merged);
    MemoryFolder undone = new MemoryFolder("undone");
    HuggingFaceFolder.writeBase(model, UndoFile.open(model), undone);
    return undone;
  }
}
