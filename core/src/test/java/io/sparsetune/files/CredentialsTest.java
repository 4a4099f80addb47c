package io.sparsetune.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  @ParameterizedTest
  @CsvSource({
    "hdfs://user:SECRET@host/a, hdfs://user:***@host/a",
    "s3a://KEY:SECRET@bucket/a, s3a://KEY:***@bucket/a",
    "s3a://KEY:SEC/RET+x=@bucket/a, s3a://KEY:***@bucket/a",
    "s3a://KEY:1234SECRET@bucket, s3a://KEY:***@bucket",
    "hdfs://user:p@SECRET@host:8020/a, hdfs://user:***@host:8020/a",
    "ftp://:SECRET@host/a, ftp://:***@host/a",
    "model.path=viewfs://user:SECRET@c/w, model.path=viewfs://user:***@c/w",
    "jdbc:postgresql://u:SECRET@db/x, jdbc:postgresql://u:***@db/x",
    "jdbc:sqlserver://db;user=sa;password=SECRET, jdbc:sqlserver://db;user=sa;password=***",
    "https://x/y?sv=1&sig=SECRET%3D&se=2, https://x/y?sv=1&sig=***&se=2",
    "https://x/y?X-Amz-Signature=SECRET, https://x/y?X-Amz-Signature=***",
    "https://x/y?token=SECRET, https://x/y?token=***",
  })
  void aPasswordIsRefusedAndNotRepeated(String text, String hidden) {
    assertThat(Credentials.hidden(text)).isEqualTo(hidden);
    assertThatThrownBy(() -> Credentials.refuseIn(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("Cannot use '" + hidden + "': a path must not carry a password")
        .hasMessageNotContaining("SECRET");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hdfs://host:8020/a@b",
        "hdfs://user@host/a",
        "abfss://container@account.dfs.core.windows.net/a",
        "s3a://bucket/a?b*.csv",
        "file:///a:b@c",
        "/data/a:b@c?token=x",
        "a:b@c",
        "hdfs://host:8020"
      })
  void otherPathsAreLeft(String text) {
    assertThat(Credentials.areIn(text)).isFalse();
  }
}
