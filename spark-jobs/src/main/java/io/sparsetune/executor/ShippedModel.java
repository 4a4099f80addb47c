package io.sparsetune.executor;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.error.ConfigException;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.hadoop.HadoopSettings;
import io.sparsetune.hadoop.ModelPath;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.pretrained.BaseModel;
import java.io.Serializable;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A base model as every machine finds it: on a shared file system, or shipped from the driver's
 * disk file by file. Opening it reads descriptions only.
 */
public final class ShippedModel implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(ShippedModel.class);

  private final ModelPath path;
  private final HadoopSettings hadoop;
  private final ShippedFolder shipped;

  private ShippedModel(ModelPath path, HadoopSettings hadoop, ShippedFolder shipped) {
    this.path = path;
    this.hadoop = hadoop;
    this.shipped = shipped;
  }

  /**
   * Makes the model at {@code model.path} known to the executors.
   *
   * @param path a folder or an {@code .onnx} file, on the local disk or any Hadoop file system
   * @throws ConfigException for a path on the driver's disk where the driver runs in the cluster
   */
  public static ShippedModel ship(SparkSession session, String path) {
    return ship(session, path, session.sparkContext().getConf());
  }

  static ShippedModel ship(SparkSession session, String path, SparkConf conf) {
    Configuration configuration = session.sparkContext().hadoopConfiguration();
    HadoopSettings hadoop = new HadoopSettings(configuration);
    ModelPath model = ModelPath.of(path);
    ShippedModel inPlace = new ShippedModel(model, hadoop, null);
    if (ClusterShape.of(conf, 1).oneProcess()
        || !HadoopFiles.isLocal(model.folder(), configuration)) {
      return inPlace;
    }
    if (conf.get("spark.submit.deployMode", "client").equals("cluster")) {
      throw new ConfigException(
          ("Invalid model.path: %s is on a local disk, but in cluster deploy mode the driver runs"
                  + " on some machine of the cluster. Put the model where every machine sees it"
                  + " (hdfs://, s3a://, …), or submit with --deploy-mode client.")
              .formatted(path));
    }
    BaseModel base = inPlace.open();
    LOG.info("Shipping {} to the executors: {}", path, base.files());
    Path local = Path.of(new org.apache.hadoop.fs.Path(model.folder()).toUri().getPath());
    return new ShippedModel(model, hadoop, FileShipment.ship(session, local, base.files()));
  }

  /** Opens the model here, on the driver or on an executor. */
  public BaseModel open() {
    if (shipped == null) {
      return HadoopModels.open(path, hadoop.configuration());
    }
    return path.isOnnx() ? BaseModel.openOnnx(shipped, path.onnx()) : BaseModel.open(shipped);
  }

  /**
   * An engine with θ⁰: one more array of n floats in this JVM.
   *
   * @param seed of the head's initialisation
   */
  Engine engine(ModelSpec spec, long seed) {
    long before = System.nanoTime();
    float[] theta = open().load(spec, seed);
    LOG.info(
        "Read {} parameters of {} in {} ms",
        theta.length,
        path.folder(),
        (System.nanoTime() - before) / 1_000_000);
    return RoomEngine.open(spec, theta);
  }
}
