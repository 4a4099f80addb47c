/** A job for each command: a typed request in, a typed result out. */
package io.sparsetune.job;
