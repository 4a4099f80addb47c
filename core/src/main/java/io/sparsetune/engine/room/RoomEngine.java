package io.sparsetune.engine.room;

import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineProvider;
import io.sparsetune.model.ModelSpec;

/**
 * The way into the sealed room. There is one room for each class loader of this library, made when
 * first asked for. Thread-safe.
 */
public final class RoomEngine {
  private static final String PROVIDER = "io.sparsetune.bigdl.BigDlEngineProvider";

  private static EngineProvider provider;

  private RoomEngine() {}

  /**
   * Opens an engine on BigDL.
   *
   * @param theta θ⁰ [n] in the order of {@code spec.layout()}; the engine keeps the array
   * @throws IllegalStateException when the room's jars are missing or damaged
   */
  public static Engine open(ModelSpec spec, float[] theta) {
    return provider().open(spec, theta);
  }

  private static synchronized EngineProvider provider() {
    if (provider == null) {
      RoomLoader room = RoomLoader.open(EngineProvider.class.getClassLoader());
      try {
        provider =
            (EngineProvider)
                Class.forName(PROVIDER, true, room).getDeclaredConstructor().newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("Cannot open the engine's room: no " + PROVIDER, e);
      }
    }
    return provider;
  }
}
