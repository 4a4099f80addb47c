package io.sparsetune.hadoop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process on a machine, told apart from every other. Host names are not enough: containers may
 * have one name and process numbers of their own, and a machine that has started again gives the
 * same numbers to others.
 *
 * @param machine the host, its boot and the namespace of its process numbers; without spaces, empty
 *     where one of them is not known
 * @param started when it began, which tells it from an older one of the same number
 */
record ProcessIdentity(String machine, long pid, String started) {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path NAMESPACE = Path.of("/proc/self/ns/pid");
  private static final int WORDS = 3;

  /** This process. */
  static ProcessIdentity own() {
    ProcessHandle self = ProcessHandle.current();
    return new ProcessIdentity(thisMachine(), self.pid(), startOf(self));
  }

  /** The one that a text names; empty for a text that names none. */
  static Optional<ProcessIdentity> parse(String text) {
    String[] words = text.split(" ", -1);
    try {
      return words.length == WORDS
          ? Optional.of(new ProcessIdentity(words[0], Long.parseLong(words[1]), words[2]))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  String text() {
    return "%s %d %s".formatted(machine, pid, started);
  }

  /** Whether it was a process of this machine, and has ended; false where nobody can tell. */
  boolean isKnownDead() {
    if (machine.isEmpty() || !machine.equals(thisMachine())) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    return process.isEmpty() || !startOf(process.get()).equals(started);
  }

  private static String thisMachine() {
    try {
      String host = InetAddress.getLocalHost().getHostName();
      String boot = Files.readString(BOOT).strip();
      return "%s/%s/%s".formatted(host, boot, Files.readSymbolicLink(NAMESPACE)).replace(' ', '-');
    } catch (UnknownHostException e) {
      return "";
    } catch (IOException | UnsupportedOperationException e) {
      // Not Linux.
      return "";
    }
  }

  private static String startOf(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("unknown");
  }
}
