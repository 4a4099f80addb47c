/** Tables in files: csv, tsv, jsonl and parquet, read into rows that know their file and place. */
package io.sparsetune.table;
