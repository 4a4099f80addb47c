package io.sparsetune.job;

/**
 * @param output the folder written
 * @param trained parameters that differ from the base's: mask and head
 */
public record ExportResult(String output, int trained) {}
