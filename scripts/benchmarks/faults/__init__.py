"""Evenings in which processes are killed at random, and what must be true after them; `./scripts/bench faults`."""
