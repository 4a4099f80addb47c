package io.sparsetune.cluster;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/** Has each executor log what {@link DefaultLog} says, from its start on. */
public final class ExecutorLog implements SparkPlugin {
  /** Spark's list of plugins. */
  static final String PLUGINS = "spark.plugins";

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extra) {
        DefaultLog.quieten(context.conf());
      }
    };
  }
}
