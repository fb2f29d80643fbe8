"""Run the benchmark suite; called by scripts/bench inside the environment it made."""

import sys

from benchmarks.command import bench

if __name__ == "__main__":
    try:
        bench(prog_name="scripts/bench")
    except KeyboardInterrupt:
        sys.exit(130)
