package io.sparsetune.hadoop;

import io.sparsetune.error.ConfigException;
import io.sparsetune.files.Credentials;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Paths as people write them, and the slips that they make. */
final class PathText {
  /** {@code file://tmp/x}: what stands after two slashes is a machine's name. */
  private static final Pattern LOCAL_WITH_HOST = Pattern.compile("file://([^/].*)");

  /** {@code file:x}, or a name with a colon. */
  private static final Pattern RELATIVE_AFTER_COLON = Pattern.compile("([^/:]+):([^/].*)?");

  private static final Pattern HOME = Pattern.compile("~[^/]*(/.*)?");

  /** Schemes of the same stores that Hadoop has no longer. */
  private static final Set<String> OLD_S3 = Set.of("s3", "s3n");

  private PathText() {}

  /**
   * @throws ConfigException for a text that is no path, with what to write instead
   */
  static Path parse(String path) {
    Credentials.refuseIn(path);
    if (path.isBlank()) {
      throw invalid(path, "it is empty");
    }
    if (!path.equals(path.strip())) {
      throw invalid(path, "it begins or ends with a blank; write it without");
    }
    if (path.indexOf('\0') >= 0) {
      throw invalid(path.replace("\0", ""), "it has a character of code 0");
    }
    if (HOME.matcher(path).matches()) {
      throw invalid(
          path,
          "~ is a home folder to a shell alone; write the folder's own path, or ./%s for a name that begins so"
              .formatted(path));
    }
    Matcher host = LOCAL_WITH_HOST.matcher(path);
    if (host.matches()) {
      throw invalid(
          path,
          "what follows two slashes is a machine's name; write file:///%1$s or /%1$s"
              .formatted(host.group(1).replaceFirst("^localhost/", "")));
    }
    Matcher relative = RELATIVE_AFTER_COLON.matcher(path);
    if (relative.matches()) {
      throw invalid(
          path,
          "what stands before the colon is taken for a kind of file system; write "
              + (relative.group(1).equals("file")
                  ? "the path without file:, or all of it after file:///"
                  : "./%s for a name with a colon, or KIND://…/ for another file system"
                      .formatted(path)));
    }
    try {
      return new Path(path);
    } catch (IllegalArgumentException e) {
      throw invalid(path, String.valueOf(e.getMessage()));
    }
  }

  /** What to say where Hadoop knows no file system of the path's scheme. */
  static String unknownScheme(Path path) {
    String scheme = String.valueOf(path.toUri().getScheme());
    return OLD_S3.contains(scheme)
        ? "Cannot reach %s: Hadoop reads S3 as s3a://; write s3a%s"
            .formatted(path, path.toString().substring(scheme.length()))
        : "Cannot reach %s: there is no file system for %s://; if the scheme is right, add the library that has it with spark-submit's --packages"
            .formatted(path, scheme);
  }

  private static ConfigException invalid(String path, String why) {
    return new ConfigException("Invalid path: '%s': %s".formatted(path, why));
  }
}
