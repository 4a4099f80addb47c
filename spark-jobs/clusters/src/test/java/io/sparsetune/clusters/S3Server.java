package io.sparsetune.clusters;

import io.sparsetune.cluster.SparkSubmit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An object store that speaks S3 on the loopback interface, with one bucket. It keeps everything in
 * memory and asks for no signature.
 */
public final class S3Server implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("(?m)^s3: (http://\\S+)$");
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
  private static final String BUCKET = "bucket";
  private static final Duration START = Duration.ofMinutes(10);

  private final ServerProcess server;
  private final HttpClient http = HttpClient.newHttpClient();
  private String address;

  private S3Server(ServerProcess server) {
    this.server = server;
  }

  /** Starts it with an empty bucket; the first time ever it installs what it is made of. */
  public static S3Server start(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    ProcessBuilder builder = new ProcessBuilder("bash", Path.of("src/test/s3/run").toString());
    S3Server s3 = new S3Server(ServerProcess.start(builder, folder.resolve("s3.log")));
    try {
      s3.server.await(START, () -> ADDRESS.matcher(s3.server.output()).find());
      Matcher matcher = ADDRESS.matcher(s3.server.output());
      matcher.find();
      s3.address = matcher.group(1);
      s3.send(s3.request("").PUT(BodyPublishers.noBody()).build());
      return s3;
    } catch (Throwable e) {
      s3.close();
      throw e;
    }
  }

  /** The root of the bucket for Spark, without a slash at the end. */
  public String root() {
    return "s3a://" + BUCKET;
  }

  /** Settings of {@code s3a://} without which nobody finds it; keys begin with {@code fs.s3a}. */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("fs.s3a.endpoint", address);
    settings.put("fs.s3a.endpoint.region", "us-east-1");
    settings.put("fs.s3a.path.style.access", "true");
    settings.put("fs.s3a.connection.ssl.enabled", "false");
    settings.put("fs.s3a.access.key", "any");
    settings.put("fs.s3a.secret.key", "any");
    return settings;
  }

  /** Gives a spark-submit the settings, and the driver and the executors the jars of a home. */
  public SparkSubmit in(SparkSubmit submit, Path home) {
    settings().forEach((key, value) -> submit.conf("spark.hadoop." + key, value));
    return submit.classPath(home.resolve("jars") + "/*");
  }

  /** Puts a file, or all files below a folder, under a key. */
  public void put(Path local, String key) throws IOException, InterruptedException {
    try (var files = Files.walk(local)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = local.relativize(file).toString();
        URI uri = URI.create(key + (name.isEmpty() ? "" : "/" + name));
        send(request(uri.toString()).PUT(BodyPublishers.ofFile(file)).build());
      }
    }
  }

  /** The bytes of an object. */
  public byte[] read(String key) throws IOException, InterruptedException {
    return send(request(key).build()).body();
  }

  /** All keys that begin so. */
  public List<String> keys(String prefix) throws IOException, InterruptedException {
    byte[] body = send(request("?list-type=2&prefix=" + prefix).build()).body();
    String list = new String(body, StandardCharsets.UTF_8);
    List<String> keys = new ArrayList<>();
    KEY.matcher(list).results().forEach(found -> keys.add(found.group(1)));
    return keys;
  }

  private HttpRequest.Builder request(String rest) {
    // The server wants someone to be named, and asks for no proof.
    return HttpRequest.newBuilder(URI.create(address + "/" + BUCKET + "/" + rest))
        .header("Authorization", "AWS any:any");
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(request + " gave " + response.statusCode());
    }
    return response;
  }

  @Override
  public void close() {
    server.close();
  }
}
