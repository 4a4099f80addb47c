package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.SharedSession;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedModelTest {
  private final BaseModel base = Golden.base("bert");

  @Test
  void aLocalFolderIsReadWhereItIsInOneProcess() {
    ShippedModel model = ShippedModel.ship(SharedSession.get(), base.location());
    assertThat(model.open().location()).isEqualTo(base.location());
    assertThat(model.open().fingerprint()).isEqualTo(base.fingerprint());
  }

  @Test
  void aLocalFolderTravelsToAClusterFileByFile() throws Exception {
    SparkConf cluster = new SparkConf(false).set("spark.master", "spark://host:7077");
    ShippedModel model = ShippedModel.ship(SharedSession.get(), base.location(), cluster);
    ShippedModel again = ShippedModel.ship(SharedSession.get(), base.location(), cluster);
    assertThat(copy(model).open().fingerprint()).isEqualTo(base.fingerprint());
    assertThat(copy(again).open().fingerprint()).isEqualTo(base.fingerprint());
    assertThat(SharedSession.get().sparkContext().listFiles().mkString("\n"))
        .containsOnlyOnce("-model.safetensors")
        .containsOnlyOnce("-config.json");
  }

  @Test
  void aLocalFolderIsRefusedWhereTheDriverRunsInTheCluster() {
    SparkConf cluster =
        new SparkConf(false).set("spark.master", "yarn").set("spark.submit.deployMode", "cluster");
    assertThatThrownBy(() -> ShippedModel.ship(SharedSession.get(), "/models/bert", cluster))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid model.path: /models/bert is on a local disk, but in cluster deploy mode the"
                + " driver runs on some machine of the cluster. Put the model where every machine"
                + " sees it (hdfs://, s3a://, …), or submit with --deploy-mode client.");
  }

  @Test
  void aFileSystemThatIsNotThereIsAWrongPath() {
    SparkConf cluster = new SparkConf(false).set("spark.master", "yarn");
    assertThatThrownBy(() -> ShippedModel.ship(SharedSession.get(), "nofs://host/bert", cluster))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("Cannot reach nofs://host/bert: ");
  }

  @Test
  void aFolderWithoutAModelIsNamed(@TempDir Path empty) {
    ShippedModel model = ShippedModel.ship(SharedSession.get(), empty.toString());
    assertThatThrownBy(model::open)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot read a model from " + empty);
  }

  private static ShippedModel copy(ShippedModel model) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(model);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ShippedModel) in.readObject();
    }
  }
}
