package io.sparsetune.kernels;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the kernels' fastest form that this JVM can load. The Vector API is a module that a JVM has
 * only when asked, and that changes between JDKs: its form is tried out once, and anything amiss
 * means the scalar form. The system property {@code sparsetune.kernels=scalar} forces that.
 */
final class KernelLoader {
  static final String PROPERTY = "sparsetune.kernels";
  private static final Logger LOG = LoggerFactory.getLogger(KernelLoader.class);

  private KernelLoader() {}

  static Kernels create() {
    return vectors() ? vector() : new ScalarKernels();
  }

  /** Whether the Vector API is to be used. */
  static boolean vectors() {
    return !scalarForced() && Chosen.VECTOR;
  }

  private static boolean scalarForced() {
    return "scalar".equals(System.getProperty(PROPERTY));
  }

  private static Kernels vector() {
    try {
      return (Kernels)
          Class.forName("io.sparsetune.kernels.VectorKernels")
              .getDeclaredConstructor()
              .newInstance();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Chosen, and said, once for each class loader. */
  private static final class Chosen {
    static final boolean VECTOR = works(KernelLoader::vector);

    static {
      if (slowFma()) {
        LOG.info(
            "This CPU has no fused multiply-add; the kernels need it and will be very slow. The"
                + " results are the same.");
      }
    }
  }

  /** Whether these kernels can be made and give the scalar form's bits; if not, says why. */
  static boolean works(Supplier<Kernels> source) {
    String reason;
    try {
      Kernels kernels = source.get();
      String wrong = KernelProbe.firstDifference(kernels);
      if (wrong.isEmpty()) {
        LOG.info("Kernels: {}", kernels.name());
        return true;
      }
      reason = "it gives other bits in " + wrong;
    } catch (LinkageError | RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      reason = cause.toString();
    }
    LOG.info(message(reason));
    return false;
  }

  static String message(String reason) {
    return "Kernels: scalar, since the Vector API cannot be used ("
        + reason
        + "). The results are the same, several times slower. Where the module is missing, add"
        + " --add-modules jdk.incubator.vector to the options of the JVM, with Spark to"
        + " spark.driver.extraJavaOptions and spark.executor.extraJavaOptions.";
  }

  private static boolean slowFma() {
    try {
      HotSpotDiagnosticMXBean bean =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return bean != null && "false".equals(bean.getVMOption("UseFMA").getValue());
    } catch (LinkageError | RuntimeException e) {
      return false;
    }
  }
}
