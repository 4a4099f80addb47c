package io.sparsetune.data;

import java.util.Optional;

/** What becomes one sequence of tokens: a text, or two. */
record SequenceText(String first, Optional<String> second) {}
