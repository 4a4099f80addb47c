package io.sparsetune.files;

import io.sparsetune.error.ConfigException;
import java.util.regex.Pattern;

/**
 * Passwords and keys within a URI. Paths are written into a run's files, logs and messages, so that
 * none may carry one.
 */
public final class Credentials {
  /** What stands between {@code scheme://user:} and {@code @}; a port is none. */
  private static final Pattern PASSWORD =
      Pattern.compile("(://[^/\\s:@]{0,256}:)(?![0-9]{1,5}(?:/|$))\\S{0,1024}@");

  /** A value in a query that gives access, as of a signed link. */
  private static final Pattern SIGNATURE =
      Pattern.compile(
          "([?&;](?:sig|signature|token|access_token|sas|password|passwd|pwd|secret|secret_key"
              + "|access_key|api_key|accountkey|x-amz-signature|x-amz-security-token"
              + "|x-amz-credential|x-goog-signature)=)[^&;\\s]+",
          Pattern.CASE_INSENSITIVE);

  private Credentials() {}

  /** Whether a text has a URI with a password or a key in it. */
  public static boolean areIn(String text) {
    return text.contains("://")
        && (PASSWORD.matcher(text).find() || SIGNATURE.matcher(text).find());
  }

  /** The text with three stars in place of each password and key. */
  public static String hidden(String text) {
    return SIGNATURE.matcher(PASSWORD.matcher(text).replaceAll("$1***@")).replaceAll("$1***");
  }

  /** Describes the credential that a text carries. */
  public static String refusal(String text) {
    return "Cannot use '%s': a path must not carry a password or a key, because paths are written into the run's files and logs; give it to Hadoop, in core-site.xml, a credential provider or settings such as spark.hadoop.fs.s3a.secret.key"
        .formatted(hidden(text));
  }

  /**
   * @throws ConfigException where the text carries one
   */
  public static void refuseIn(String text) {
    if (areIn(text)) {
      throw new ConfigException(refusal(text));
    }
  }
}
