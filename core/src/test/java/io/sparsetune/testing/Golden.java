package io.sparsetune.testing;

import io.sparsetune.model.Architecture;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.pretrained.BaseModel;
import java.nio.file.Path;

/** The tiny golden models, in the folder that {@code golden.dir} names. */
public final class Golden {
  private Golden() {}

  public static Path folder(String name) {
    return Path.of(System.getProperty("golden.dir", "src/test/resources/golden")).resolve(name);
  }

  public static BaseModel base(String name) {
    return BaseModel.open(folder(name));
  }

  /** The model as Hugging Face trained it: its own head, as many outputs as it has labels. */
  public static ModelSpec spec(BaseModel base) {
    boolean roberta = base.encoder().architecture() == Architecture.ROBERTA;
    int outputs = base.config().labels().size();
    return new ModelSpec(
        base.encoder(),
        roberta ? Pooling.CLS : Pooling.POOLER,
        outputs,
        outputs == 1 ? Loss.MEAN_SQUARED_ERROR : Loss.CROSS_ENTROPY,
        base.dropout());
  }
}
