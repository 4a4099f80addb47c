package io.sparsetune.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The base of a run.
 *
 * @param path where it was, with its file system
 * @param sha256 its fingerprint; empty where an older version did not record it
 * @param start the model that training started from; empty for a run that was not trained here
 */
public record RunBase(String path, Optional<String> sha256, Optional<Start> start) {
  private static final String SHA256 = "sha256";
  private static final String PARAMETERS = "parameters";

  /**
   * The model that training started from.
   *
   * @param parameters of the whole model
   * @param headLoaded modules of the head that the base has
   * @param headInitialised modules of the head that are drawn anew
   * @param head for each module of the head its origin, in words
   */
  public record Start(
      long parameters,
      List<String> headLoaded,
      List<String> headInitialised,
      Map<String, String> head) {
    public Start {
      headLoaded = List.copyOf(headLoaded);
      headInitialised = List.copyOf(headInitialised);
      head = Collections.unmodifiableMap(new LinkedHashMap<>(head));
    }
  }

  /** The base of a run that was not trained here. */
  public static RunBase of(String path, String sha256) {
    return new RunBase(path, Optional.of(sha256), Optional.empty());
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("path", path);
    sha256.ifPresent(hash -> json.put(SHA256, hash));
    start.ifPresent(
        model -> {
          json.put(PARAMETERS, model.parameters());
          json.put("head_loaded", model.headLoaded());
          json.put("head_initialised", model.headInitialised());
          json.put("head", model.head());
        });
    return json;
  }

  static RunBase read(JsonFields json) {
    return new RunBase(
        json.text("path"),
        json.optionalText(SHA256),
        json.has(PARAMETERS)
            ? Optional.of(
                new Start(
                    json.whole(PARAMETERS),
                    json.texts("head_loaded"),
                    json.texts("head_initialised"),
                    json.textsByName("head")))
            : Optional.empty());
  }
}
