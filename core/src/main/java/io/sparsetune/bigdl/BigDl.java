package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.AbstractModule;
import com.intel.analytics.bigdl.nn.abstractnn.Activity;
import com.intel.analytics.bigdl.tensor.ArrayStorage;
import com.intel.analytics.bigdl.tensor.DenseTensor;
import com.intel.analytics.bigdl.tensor.Storage;
import com.intel.analytics.bigdl.tensor.Tensor;
import com.intel.analytics.bigdl.tensor.TensorNumericMath;
import com.intel.analytics.bigdl.utils.Node;
import com.intel.analytics.bigdl.utils.Table;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** BigDL's Scala implicits and companions, as Java sees them. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class BigDl {
  /** Scala's float, which is what {@code T} is in every module here. */
  static final ClassTag<Float> FLOAT = (ClassTag<Float>) (ClassTag) ClassTag$.MODULE$.Float();

  static final ClassTag<Tensor<Float>> TENSOR =
      (ClassTag<Tensor<Float>>) (ClassTag) ClassTag$.MODULE$.apply(Tensor.class);
  static final ClassTag<Table> TABLE = ClassTag$.MODULE$.apply(Table.class);
  static final TensorNumericMath.TensorNumeric<Float> NUMERIC = numeric();

  private BigDl() {}

  /** Two levels of Scala objects: a name that Java source cannot write. */
  private static TensorNumericMath.TensorNumeric<Float> numeric() {
    try {
      return (TensorNumericMath.TensorNumeric<Float>)
          Class.forName(
                  "com.intel.analytics.bigdl.tensor.TensorNumericMath$TensorNumeric$NumericFloat$")
              .getField("MODULE$")
              .get(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static Storage<Float> storage(float[] values) {
    return new ArrayStorage<>(values, FLOAT);
  }

  static Tensor<Float> emptyTensor() {
    return new DenseTensor<>(FLOAT, NUMERIC);
  }

  /** A view on rows × columns values from {@code offset} on. */
  static Tensor<Float> view(Storage<Float> storage, int offset, int rows, int columns) {
    return emptyTensor()
        .set(storage, offset + 1, new int[] {rows, columns}, new int[] {columns, 1});
  }

  static float[] array(Tensor<Float> tensor) {
    return (float[]) (Object) tensor.storage().array();
  }

  /** Where the tensor's first element stands in its array. */
  static int offset(Tensor<Float> tensor) {
    return tensor.storageOffset() - 1;
  }

  /** What {@code parameters()} returns: views on θ, and no dense gradients. */
  static Tuple2<Tensor<Float>[], Tensor<Float>[]> parameters(Tensor<Float>... weights) {
    Tensor<Float>[] gradients = new Tensor[weights.length];
    for (int i = 0; i < weights.length; i++) {
      gradients[i] = emptyTensor();
    }
    return new Tuple2<>(weights, gradients);
  }

  /** The module as a node of the graph, fed by those nodes. */
  static Node<AbstractModule<Activity, Activity, Float>> node(
      AbstractModule<?, ?, Float> module, Node<AbstractModule<Activity, Activity, Float>>... from) {
    return ((AbstractModule<Activity, Activity, Float>) (AbstractModule) module).inputs(from);
  }
}
