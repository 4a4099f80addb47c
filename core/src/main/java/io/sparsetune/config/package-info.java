/** What a run is configured by, and its strict parser. */
package io.sparsetune.config;
