/** The engine: the model as one BigDL module graph; lives only inside the sealed room. */
package io.sparsetune.bigdl;
