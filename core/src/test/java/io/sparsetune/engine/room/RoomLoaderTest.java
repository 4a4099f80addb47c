package io.sparsetune.engine.room;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.engine.EngineProvider;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.ObjectGraph;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

class RoomLoaderTest {
  private static final ClassLoader APPLICATION = EngineProvider.class.getClassLoader();

  private final RoomLoader room = RoomLoader.open(APPLICATION);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.intel.analytics.bigdl.mkl.MKL",
        "com.intel.analytics.bigdl.nn.ClassNLLCriterion",
        "com.intel.analytics.bigdl.nn.StaticGraph",
        "com.intel.analytics.bigdl.tensor.DenseTensor",
        "io.sparsetune.bigdl.BigDlEngineProvider",
        "io.sparsetune.bigdl.MaskedLinear",
        "org.apache.commons.lang.exception.ExceptionUtils",
        "org.apache.log4j.Logger",
        "org.apache.spark.SparkException",
        "scala.Option",
        "scala.collection.immutable.List"
      })
  void engineLivesInside(String name) throws Exception {
    assertThat(room.loadClass(name).getClassLoader()).isSameAs(room);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.sparsetune.engine.Engine",
        "io.sparsetune.sums.GradientSum",
        "io.sparsetune.kernels.Kernels",
        "io.sparsetune.mask.Mask",
        "io.sparsetune.model.ModelSpec",
        "io.sparsetune.params.ParameterLayout",
        "io.sparsetune.batch.MicroBatch",
        "org.slf4j.Logger",
        "org.slf4j.spi.LoggingEventBuilder"
      })
  void contractIsTheApplications(String name) throws Exception {
    assertThat(room.loadClass(name)).isSameAs(APPLICATION.loadClass(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"java.lang.String", "java.util.logging.Logger", "java.sql.Connection"})
  void platformIsThePlatforms(String name) throws Exception {
    assertThat(room.loadClass(name)).isSameAs(ClassLoader.getPlatformClassLoader().loadClass(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.fasterxml.jackson.databind.ObjectMapper",
        "io.sparsetune.config.RunConfig",
        "io.sparsetune.engine.room.RoomLoader",
        "io.sparsetune.train.TrainingLoop",
        "org.junit.jupiter.api.Test",
        "org.slf4j.simple.SimpleLogger"
      })
  void restOfTheApplicationDoesNotExist(String name) throws Exception {
    assertThat(APPLICATION.loadClass(name)).isNotNull();
    assertThatThrownBy(() -> room.loadClass(name))
        .isInstanceOf(ClassNotFoundException.class)
        .hasMessage(name + " is not in the engine's room");
  }

  @ParameterizedTest
  @CsvSource({"bert, ClassNLLCriterion", "bert-regression, MSECriterion"})
  void theModelIsAGraphOfBigDlsUnderACriterionOfBigDls(String name, String criterion)
      throws Exception {
    GoldenModel model = GoldenModel.read(name);
    EngineWorker worker = RoomEngine.open(model.spec(), model.theta()).newWorker();
    Object graph = ObjectGraph.field(ObjectGraph.field(worker, "graph"), "graph");
    Object loss = ObjectGraph.field(worker, "criterion");
    String bigDl = "com.intel.analytics.bigdl.nn.";
    assertThat(graph.getClass().getName()).isEqualTo(bigDl + "StaticGraph");
    assertThat(loss.getClass().getName()).isEqualTo(bigDl + criterion);
    ClassLoader loader = worker.getClass().getClassLoader();
    assertThat(loader).isInstanceOf(RoomLoader.class);
    assertThat(graph.getClass().getClassLoader()).isSameAs(loader);
    assertThat(loss.getClass().getClassLoader()).isSameAs(loader);
  }

  @Test
  void aWrappedFailureOfALayerCanBePutInWords() throws Exception {
    Throwable wrapped =
        (Throwable)
            room.loadClass("com.intel.analytics.bigdl.utils.LayerException")
                .getConstructor(String.class, Throwable.class)
                .newInstance("pooler", new IllegalStateException("broken"));
    assertThat(wrapped.toString()).contains("Layer info: pooler", "broken");
  }

  @Test
  void engineDoesNotExistOutside() {
    assertThatThrownBy(() -> APPLICATION.loadClass("io.sparsetune.bigdl.BigDlEngineProvider"))
        .isInstanceOf(ClassNotFoundException.class);
    assertThatThrownBy(() -> APPLICATION.loadClass("scala.Option"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void applicationsResourcesDoNotExist() throws Exception {
    String ours = "io/sparsetune/engine/Engine.class";
    assertThat(APPLICATION.getResource(ours)).isNotNull();
    assertThat(room.getResource(ours)).isNull();
    assertThat(room.getResourceAsStream(ours)).isNull();
    assertThat(room.getResources("room/index").hasMoreElements()).isFalse();
    try (InputStream version = room.getResourceAsStream("bigdl-version-info.properties")) {
      assertThat(new String(version.readAllBytes(), UTF_8)).contains("0.13.0");
    }
  }

  @Test
  void sharedPackagesAreExactlyThese() {
    assertThat(RoomLoader.SHARED)
        .containsExactlyInAnyOrder(
            "io.sparsetune.batch",
            "io.sparsetune.engine",
            "io.sparsetune.kernels",
            "io.sparsetune.mask",
            "io.sparsetune.model",
            "io.sparsetune.params",
            "io.sparsetune.random",
            "io.sparsetune.sums",
            "org.slf4j",
            "org.slf4j.event",
            "org.slf4j.helpers",
            "org.slf4j.spi");
  }

  @Test
  void twoLoadersInOneProcessHaveARoomEach() throws Exception {
    String here = RoomProbe.run();
    assertThat(here).endsWith("sparsetune-room");
    List<Class<?>> engines = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (URLClassLoader application =
          new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
        Class<?> probe = application.loadClass(RoomProbe.class.getName());
        assertThat(probe.getClassLoader()).isSameAs(application);
        assertThat(probe.getMethod("run").invoke(null)).isEqualTo(here);
        engines.add(application.loadClass(EngineProvider.class.getName()));
      }
    }
    assertThat(engines.get(0)).isNotSameAs(engines.get(1)).isNotSameAs(EngineProvider.class);
  }

  @Test
  void contextClassLoaderNeitherMattersNorChanges() throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader application =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      thread.setContextClassLoader(null);
      application.loadClass(RoomProbe.class.getName()).getMethod("run").invoke(null);
      assertThat(thread.getContextClassLoader()).isNull();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URL[] classPath() {
    return List.of(EngineProvider.class, RoomProbe.class, Logger.class).stream()
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .toArray(URL[]::new);
  }

  @Test
  void missingJarsAreSaid() {
    assertThatThrownBy(() -> RoomLoader.open(ClassLoader.getPlatformClassLoader()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot open the engine's room: no room/index beside the library's classes");
    assertThatThrownBy(
            () ->
                RoomLoader.open(serving(Map.of("room/index", "engine.jar 3 abc".getBytes(UTF_8)))))
        .hasMessage(
            "Cannot open the engine's room: no room/engine.jar beside the library's classes");
  }

  @Test
  void damagedJarsAreRefused() {
    assertThatThrownBy(
            () ->
                RoomLoader.open(
                    serving(
                        Map.of(
                            "room/index",
                            "engine.jar 3 abc".getBytes(UTF_8),
                            "room/engine.jar",
                            new byte[3]))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot open the engine's room: room/engine.jar is not the file that was built"
                + " (3 bytes, not 3)");
  }

  private static ClassLoader serving(Map<String, byte[]> resources) {
    return new ClassLoader(null) {
      @Override
      public InputStream getResourceAsStream(String name) {
        return resources.containsKey(name) ? new ByteArrayInputStream(resources.get(name)) : null;
      }
    };
  }

  @Test
  void mklIsOursAndNotNative() throws IOException, ReflectiveOperationException {
    Class<?> mkl = room.loadClass("com.intel.analytics.bigdl.mkl.MKL");
    assertThat(mkl.getDeclaredMethods())
        .isNotEmpty()
        .noneMatch(method -> java.lang.reflect.Modifier.isNative(method.getModifiers()));
  }
}
