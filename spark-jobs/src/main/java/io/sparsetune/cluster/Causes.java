package io.sparsetune.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The causes of a failure. */
public final class Causes {
  /** More are not looked at: a failure may be among its own causes. */
  private static final int DEEPEST = 32;

  private Causes() {}

  /** The failure itself, its cause, that one's cause, and so on. */
  public static List<Throwable> of(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable at = failure; at != null && causes.size() < DEEPEST; at = at.getCause()) {
      causes.add(at);
    }
    return causes;
  }

  /** The first of them that is of a type. */
  public static <T extends Throwable> Optional<T> first(Throwable failure, Class<T> type) {
    return of(failure).stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}
