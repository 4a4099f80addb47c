package io.sparsetune.bigdl;

import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineProvider;
import io.sparsetune.model.ModelSpec;

/** Opens engines on BigDL; looked up by name in the sealed room. */
public final class BigDlEngineProvider implements EngineProvider {

  /**
   * Initialises what in BigDL looks for its own resources by the thread's context class loader,
   * which is the room's only while this provider is made.
   */
  public BigDlEngineProvider() {
    ClassLoader room = BigDlEngineProvider.class.getClassLoader();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(room);
    try {
      Class.forName("com.intel.analytics.bigdl.package$", true, room);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Override
  public Engine open(ModelSpec spec, float[] theta) {
    return new BigDlEngine(spec, theta);
  }
}
