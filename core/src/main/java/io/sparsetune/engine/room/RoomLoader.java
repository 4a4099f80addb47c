package io.sparsetune.engine.room;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;

/**
 * A class loader that sees the room's own jars, the Java platform, and of the application exactly
 * the packages in {@link #SHARED}: whatever else stands on the class path (another Scala, another
 * Spark) does not exist for it, nor do the application's resources.
 */
final class RoomLoader extends ClassLoader {
  /** Packages, not prefixes: a package below one of these is not shared. */
  static final Set<String> SHARED =
      Set.of(
          "io.sparsetune.batch",
          "io.sparsetune.engine",
          "io.sparsetune.kernels",
          "io.sparsetune.mask",
          "io.sparsetune.model",
          "io.sparsetune.params",
          "io.sparsetune.random",
          "io.sparsetune.sums",
          "org.slf4j",
          "org.slf4j.event",
          "org.slf4j.helpers",
          "org.slf4j.spi");

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader application;
  private final List<MemoryJar> jars;

  private RoomLoader(ClassLoader application, List<MemoryJar> jars) {
    super("sparsetune-room", ClassLoader.getPlatformClassLoader());
    this.application = application;
    this.jars = jars;
  }

  /**
   * @param application the loader of this library's own classes, which carries the jars
   */
  static RoomLoader open(ClassLoader application) {
    return new RoomLoader(application, RoomJars.read(application));
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (SHARED.contains(packageOf(name))) {
      return application.loadClass(name);
    }
    return super.loadClass(name, resolve);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = read(name.replace('.', '/') + ".class");
    if (bytes == null) {
      throw new ClassNotFoundException(name + " is not in the engine's room");
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  @Override
  public InputStream getResourceAsStream(String name) {
    byte[] bytes = read(name);
    return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
  }

  /** The room's resources are read as streams: they have no place in a file system. */
  @Override
  protected URL findResource(String name) {
    return null;
  }

  @Override
  protected Enumeration<URL> findResources(String name) throws IOException {
    return Collections.emptyEnumeration();
  }

  /** An entry of the room's jars, or null. */
  private byte[] read(String name) {
    for (MemoryJar jar : jars) {
      if (jar.has(name)) {
        return jar.read(name);
      }
    }
    return null;
  }

  private static String packageOf(String className) {
    int dot = className.lastIndexOf('.');
    return dot < 0 ? "" : className.substring(0, dot);
  }
}
