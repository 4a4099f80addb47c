package io.sparsetune.experiments;

import io.sparsetune.error.ExitCode;
import io.sparsetune.job.TrainJob;
import io.sparsetune.progress.TrainingListener;

/** Hears how the experiments go. */
public interface ExperimentsListener {

  /**
   * Finished cells that are taken as they are: what they read cannot be read any more.
   *
   * @param cells their names, the first of them
   */
  void notCompared(String cells, String why);

  /** What would be trained of a cell that is not finished; before any is trained. */
  void checked(Cell cell, TrainJob.Check check);

  /**
   * A cell's training begins.
   *
   * @param number of it, from 1
   * @param of how many are to be trained
   * @return who hears how it goes
   */
  TrainingListener begins(Cell cell, int number, int of);

  void finished(Cell cell, TrainJob.Result result);

  void failed(Cell cell, String why);

  /** How a command would end of a failure. */
  ExitCode code(RuntimeException failure);

  /** A failure in a line, for people. */
  String describe(RuntimeException failure);

  /** Whether everything is being stopped from outside: a failure is then no cell's. */
  boolean stopping();
}
