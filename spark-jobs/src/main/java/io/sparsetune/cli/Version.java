package io.sparsetune.cli;

import picocli.CommandLine.IVersionProvider;

/** The library's version, as its jar says it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"SparseTune " + number()};
  }

  static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }
}
