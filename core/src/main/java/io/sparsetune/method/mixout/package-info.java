/** Parameters that return to the base model at random. */
package io.sparsetune.method.mixout;
