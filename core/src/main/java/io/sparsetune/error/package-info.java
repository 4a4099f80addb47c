/** What can go wrong for a user, each kind with its exit code. */
package io.sparsetune.error;
