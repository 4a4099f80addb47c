/** From nothing to a first trained model: assets from Maven, data, model, configuration. */
package io.sparsetune.quickstart;
