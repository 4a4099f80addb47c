package io.sparsetune.testing;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** What can be reached from an object. */
public final class ObjectGraph {
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Object> next = new ArrayDeque<>();
  private final List<Object> arrays = new ArrayList<>();

  private ObjectGraph() {}

  /** Every {@code float[]}, {@code double[]} and {@code long[]}. */
  public static List<Object> numberArrays(Object root) {
    ObjectGraph graph = new ObjectGraph();
    graph.reach(root);
    while (!graph.next.isEmpty()) {
      graph.visit(graph.next.poll());
    }
    return graph.arrays;
  }

  /** The value of a field, whoever may read it. */
  public static Object field(Object object, String name) throws ReflectiveOperationException {
    Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }

  private void reach(Object object) {
    boolean wanted =
        object != null
            && !(object instanceof Class)
            && !(object instanceof ClassLoader)
            && !(object instanceof Thread);
    if (wanted && seen.add(object)) {
      next.add(object);
    }
  }

  private void visit(Object object) {
    Class<?> type = object.getClass();
    if (object instanceof float[] || object instanceof double[] || object instanceof long[]) {
      arrays.add(object);
    } else if (object instanceof Object[] elements) {
      for (Object element : elements) {
        reach(element);
      }
    } else if (!type.isArray()) {
      for (Class<?> at = type; at != null; at = at.getSuperclass()) {
        for (Field field : at.getDeclaredFields()) {
          visit(object, field);
        }
      }
    }
  }

  private void visit(Object object, Field field) {
    // The library's own static fields as well: a cache would be one.
    boolean ours = field.getDeclaringClass().getName().startsWith("io.sparsetune.");
    boolean isStatic = Modifier.isStatic(field.getModifiers());
    if (field.getType().isPrimitive() || (isStatic && !ours)) {
      return;
    }
    try {
      field.setAccessible(true);
      reach(field.get(isStatic ? null : object));
    } catch (InaccessibleObjectException e) {
      // The inside of the JDK, which has no arrays of ours: its collections are open to tests.
      if (!field.getDeclaringClass().getModule().isNamed()) {
        throw e;
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Length of an array of any type. */
  public static int length(Object array) {
    return Array.getLength(array);
  }
}
