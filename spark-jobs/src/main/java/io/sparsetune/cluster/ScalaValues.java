package io.sparsetune.cluster;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Spark's Scala collections and tuples as Java's. It uses only what Scala 2.12 and 2.13 have under
 * the same names and types; {@code Seq}, for one, is another type in each, so that a method that
 * returns it cannot be called by one jar on both.
 */
public final class ScalaValues {
  private ScalaValues() {}

  /** The same elements; none is taken before it is asked for. */
  public static <T> Iterator<T> iterator(scala.collection.Iterator<T> elements) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return elements.hasNext();
      }

      @Override
      public T next() {
        return elements.next();
      }
    };
  }

  /** The elements of a Scala collection. */
  public static List<Object> elements(Object collection) {
    List<Object> elements = new ArrayList<>();
    iterator(((scala.collection.Iterable<?>) collection).iterator())
        .forEachRemaining(elements::add);
    return elements;
  }

  /** A part of a tuple or a case class, counted from 0. */
  public static Object part(Object product, int index) {
    return ((scala.Product) product).productElement(index);
  }
}
