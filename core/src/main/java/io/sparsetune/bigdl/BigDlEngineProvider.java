package io.sparsetune.bigdl;

import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineProvider;
import io.sparsetune.model.ModelSpec;

/** Opens engines on BigDL; looked up by name in the sealed room. */
public final class BigDlEngineProvider implements EngineProvider {
  @Override
  public Engine open(ModelSpec spec, float[] theta) {
    return new BigDlEngine(spec, theta);
  }
}
