package io.sparsetune.table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The first row of a csv or tsv file, which names the columns. A column without a name, or one of
 * several of the same name, gets a name of its own; nothing is wrong with it unless a task uses it.
 *
 * @param names as they stand; empty where there is none
 */
record Header(List<String> names) implements Serializable {
  private static final long serialVersionUID = 1;

  Header {
    names = List.copyOf(names);
  }

  /** How many columns have that name. */
  long count(String name) {
    return names.stream().filter(name::equals).count();
  }

  /** The columns' names, each another. */
  List<String> columns() {
    Set<String> taken = new HashSet<>();
    Set<String> twice = new HashSet<>();
    names.stream().filter(name -> !taken.add(name)).forEach(twice::add);
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isEmpty() || twice.contains(name)) {
        name = (name.isEmpty() ? "_c" : name) + i;
        while (!taken.add(name)) {
          name += "_";
        }
      }
      columns.add(name);
    }
    return columns;
  }
}
