"""The benchmark suite: measures the station against rivals and against its own targets; run by scripts/bench."""
