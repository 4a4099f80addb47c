package io.sparsetune.cli;

import io.sparsetune.version.LibraryVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"SparseTune " + LibraryVersion.number()};
  }
}
