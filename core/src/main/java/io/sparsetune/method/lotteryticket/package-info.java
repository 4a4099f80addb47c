/** Lottery-ticket sparse fine-tuning. */
package io.sparsetune.method.lotteryticket;
