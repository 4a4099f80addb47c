/** Where dense rounds keep their state, so that they can go on when whoever ran them is gone. */
package io.sparsetune.store;
