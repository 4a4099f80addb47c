package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTextTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          file://tmp/x | Invalid path: 'file://tmp/x': what follows two slashes is a machine's name; write file:///tmp/x or /tmp/x
          file://localhost/x | Invalid path: 'file://localhost/x': what follows two slashes is a machine's name; write file:///x or /x
          file:x/y | Invalid path: 'file:x/y': what stands before the colon is taken for a kind of file system; write the path without file:, or all of it after file:///
          a:b/c | Invalid path: 'a:b/c': what stands before the colon is taken for a kind of file system; write ./a:b/c for a name with a colon, or KIND://…/ for another file system
          ~/x | Invalid path: '~/x': ~ is a home folder to a shell alone; write the folder's own path, or ./~/x for a name that begins so
          ~ | Invalid path: '~': ~ is a home folder to a shell alone; write the folder's own path, or ./~ for a name that begins so
          "" | Invalid path: '': it is empty
          " " | Invalid path: ' ': it is empty
          "/tmp/x " | Invalid path: '/tmp/x ': it begins or ends with a blank; write it without
          s3://bucket/x | Cannot reach s3://bucket/x: Hadoop reads S3 as s3a://; write s3a://bucket/x
          foo://host/x | Cannot reach foo://host/x: there is no file system for foo://; if the scheme is right, add the library that has it with spark-submit's --packages
          hdfs:/x | Cannot reach hdfs:/x: Incomplete HDFS URI, no host: hdfs:/x
          """)
  void aSlipIsRefusedWithWhatToWrite(String path, String message) {
    assertThatThrownBy(() -> HadoopFolder.of(path, HADOOP))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> HadoopFiles.file(path, HADOOP))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> HadoopFiles.qualified(path, HADOOP))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"./a:b", "a b", "a%20b", "b~x", "ä", "a#b", "a?b"})
  void unusualNamesAreNames(String name) throws Exception {
    Path place = Files.createDirectories(folder.resolve(name));
    for (String path : new String[] {folder + "/" + name, "file://" + folder + "/" + name}) {
      HadoopFolder opened = HadoopFolder.of(path, HADOOP);
      assertThat(opened.exists()).isTrue();
      opened.write("file", out -> out.write(1));
      assertThat(place.resolve("file")).hasSize(1);
      assertThat(opened.file("file").size()).isEqualTo(1);
    }
  }

  @Test
  void aPathWithACharacterOfCodeZeroIsRefused() {
    assertThatThrownBy(() -> HadoopFiles.path("/a\0b"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Invalid path: '/ab': it has a character of code 0");
  }
}
