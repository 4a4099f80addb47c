package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.SparkSessions;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which settings Spark hides in its UI and event log. */
class RedactionTest {
  @ParameterizedTest
  @CsvSource({
    "spark.hadoop.fs.azure.account.key.acc.dfs.core.windows.net, true",
    "spark.hadoop.fs.azure.sas.container.acc.blob.core.windows.net, true",
    "spark.hadoop.fs.azure.account.oauth2.client.secret, true",
    "spark.hadoop.fs.s3a.secret.key, true",
    "spark.hadoop.fs.s3a.access.key, true",
    "spark.hadoop.fs.s3a.session.token, true",
    "spark.hadoop.fs.s3a.encryption.key, true",
    "spark.hadoop.fs.gs.auth.service.account.private.key, true",
    "spark.hadoop.my.password, true",
    "spark.executor.memory, false",
    "spark.hadoop.fs.s3a.endpoint, false",
    "spark.broadcast.blockSize, false",
  })
  void keysOfObjectStoresAreHidden(String setting, boolean hidden) {
    assertThat(Pattern.compile(SparkSessions.REDACTED).matcher(setting).find()).isEqualTo(hidden);
  }
}
