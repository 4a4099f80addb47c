package io.sparsetune.executor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.storage.BlockUpdatedInfo;

/**
 * A part of a broadcast that travelled down.
 *
 * @param broadcast its number; a driver's are numbered one after the other
 */
record BroadcastPiece(long broadcast, long bytes) {
  private static final Pattern NAME = Pattern.compile("broadcast_(\\d+)_piece\\d+");

  /**
   * A piece that an executor stored; in local mode, where nothing travels, that the driver stored.
   * Empty for any other block.
   */
  static Optional<BroadcastPiece> stored(SparkListenerBlockUpdated event, boolean local) {
    BlockUpdatedInfo block = event.blockUpdatedInfo();
    Matcher name = NAME.matcher(block.blockId().name());
    // A piece that is dropped is told of with its size, and without a place.
    boolean stored = block.storageLevel().isValid();
    return name.matches() && stored && block.blockManagerId().isDriver() == local
        ? Optional.of(
            new BroadcastPiece(Long.parseLong(name.group(1)), block.memSize() + block.diskSize()))
        : Optional.empty();
  }
}
