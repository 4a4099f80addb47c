/** Which parameters are trained: masks, their budgets and how the best k are found. */
package io.sparsetune.mask;
