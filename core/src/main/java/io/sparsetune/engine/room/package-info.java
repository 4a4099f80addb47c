/** The sealed room: the class loader that BigDL lives in, and the way in. */
package io.sparsetune.engine.room;
