package io.sparsetune.job;

/**
 * @param output the folder written
 * @param changed parameters that differ from the base's: mask and head
 * @param parameters all parameters of the merged model
 */
public record MergeResult(String output, int changed, int parameters) {}
