package io.sparsetune.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.NativeResource;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.jna.Pointer;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.Shown;
import io.sparsetune.files.PrivateFolder;
import io.sparsetune.files.Sha256;
import io.sparsetune.files.StrictJson;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a tokenizer in a process of its own: the tokenizer library ends the process at what it did
 * not expect, and that had better be neither this one nor the executors'.
 */
public final class ProbeProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ProbeProcess.class);
  private static final int SHOWN = 300;
  private static final int OUTPUT = 1 << 16;

  /** Tokenizers that have been tried, by their contents. */
  private static final Set<String> SOUND = ConcurrentHashMap.newKeySet();

  private ProbeProcess() {}

  /**
   * Tokenises all kinds of texts in a process of its own, once for each tokenizer. Where no process
   * can be started, it says so and goes on.
   *
   * @throws CorruptFileException where the library ends the process, or does not come to an end
   */
  public static void check(CheckedTokenizer tokenizer) {
    String hash = Sha256.hex(tokenizer.json());
    if (SOUND.contains(hash)) {
      return;
    }
    try (PrivateFolder folder = PrivateFolder.create("sparsetune-probe-")) {
      run(tokenizer, folder.path());
    } catch (IOException | URISyntaxException e) {
      unchecked(tokenizer, e.toString());
    }
    SOUND.add(hash);
  }

  private static void unchecked(CheckedTokenizer tokenizer, String why) {
    LOG.warn(
        "Cannot try the tokenizer {} in a process of its own ({}): a fault in it may end this one",
        tokenizer.source(),
        why);
  }

  private static void run(CheckedTokenizer tokenizer, Path folder)
      throws IOException, URISyntaxException {
    Path input = folder.resolve("input");
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    write(tokenizer, input);
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+SuppressFatalErrorMessage",
            "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
            "-cp",
            classPath(),
            TokenizerProbe.class.getName());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    Process process =
        builder
            .directory(folder.toFile())
            .redirectInput(input.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    int code = end(process);
    if (code == 0) {
      return;
    }
    String problem = cleaned(read(errors));
    if (!read(output).startsWith(TokenizerProbe.READY)) {
      unchecked(tokenizer, problem.isEmpty() ? "it ended with code " + code : problem);
      return;
    }
    throw new CorruptFileException(
        tokenizer.source(),
        switch (code) {
          case TokenizerProbe.TOO_LARGE ->
              "the tokenizer library takes more than %d GB of memory for it and short texts"
                  .formatted(TokenizerProbe.BYTES >> 30);
          case TokenizerProbe.TOO_SLOW ->
              "the tokenizer library takes more than %d s for it and short texts"
                  .formatted(TokenizerProbe.SECONDS);
          default ->
              "the tokenizer library breaks down with it: "
                  + (problem.isEmpty() ? "it ends with code " + code : problem);
        });
  }

  private static void write(CheckedTokenizer tokenizer, Path file) throws IOException {
    JsonNode root =
        StrictJson.parseObject(
            tokenizer.source(), new String(tokenizer.json(), StandardCharsets.UTF_8));
    List<String> texts = ProbeTexts.of(root);
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(tokenizer.json().length);
      out.write(tokenizer.json());
      out.writeInt(texts.size());
      for (String text : texts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
      }
    }
  }

  /** The jars and folders that the program and the library were loaded from here. */
  private static String classPath() throws IOException, URISyntaxException {
    List<Class<?>> classes =
        List.of(
            TokenizerProbe.class,
            HuggingFaceTokenizer.class,
            NativeResource.class,
            Pointer.class,
            Logger.class);
    StringBuilder path = new StringBuilder();
    for (Class<?> each : classes) {
      CodeSource source = each.getProtectionDomain().getCodeSource();
      URI place = source == null ? URI.create("unknown:") : source.getLocation().toURI();
      if (!"file".equals(place.getScheme())) {
        throw new IOException("the place of " + each.getName() + " is " + place);
      }
      path.append(path.isEmpty() ? "" : File.pathSeparator).append(Path.of(place).toAbsolutePath());
    }
    return path.toString();
  }

  private static int end(Process process) {
    try {
      // It ends by itself in that time, unless it hangs before it begins.
      if (process.waitFor(TokenizerProbe.MOST_SECONDS + 30L, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
      process.destroyForcibly().waitFor();
      return TokenizerProbe.TOO_SLOW;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a tokenizer was tried", e);
    }
  }

  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(OUTPUT), StandardCharsets.UTF_8);
    }
  }

  /** The library's message: what stands behind the place in its code. */
  private static String cleaned(String errors) {
    List<String> lines =
        errors
            .lines()
            .map(line -> line.replaceAll("\\p{C}", " ").strip())
            .filter(line -> !line.isEmpty() && !line.startsWith("SLF4J"))
            .toList();
    int at = 0;
    while (at < lines.size() && !lines.get(at).contains(" panicked at ")) {
      at++;
    }
    String text =
        lines.stream()
            .skip(at < lines.size() - 1 ? at + 1 : 0)
            .limit(1)
            .collect(Collectors.joining());
    return Shown.cut(text, SHOWN);
  }
}
