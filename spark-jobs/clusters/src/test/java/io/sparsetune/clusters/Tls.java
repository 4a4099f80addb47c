package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.SparkSubmit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** TLS between Spark's processes, with a key and a certificate of the test's own. */
final class Tls {
  /** The password of the store and of its key. */
  private static final String PASSWORD = "of-a-test";

  private Tls() {}

  /** Lets Spark's RPC and block transfer go over TLS, with a key that is written into the file. */
  static void ofRpc(SparkSubmit submit, Path file) throws IOException, InterruptedException {
    write(file);
    for (String store : List.of("key", "trust")) {
      submit
          .conf("spark.ssl.rpc.%sStore".formatted(store), file)
          .conf("spark.ssl.rpc.%sStoreType".formatted(store), "PKCS12")
          .conf("spark.ssl.rpc.%sStorePassword".formatted(store), PASSWORD);
    }
    // Spark keeps passwords from executors' command lines; on YARN, from executors altogether.
    for (String of : List.of("KEY", "KEY_STORE", "TRUST_STORE")) {
      submit.conf("spark.executorEnv._SPARK_SSL_RPC_%s_PASSWORD".formatted(of), PASSWORD);
    }
    submit
        .conf("spark.authenticate", true)
        .conf("spark.ssl.rpc.enabled", true)
        .conf("spark.ssl.rpc.keyPassword", PASSWORD)
        .conf("spark.ssl.rpc.protocol", "TLSv1.3");
  }

  /** A PKCS #12 store, which is also one of trust, by the JDK's keytool. */
  private static void write(Path file) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "spark",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
  }
}
