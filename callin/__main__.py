"""`python -m callin` is the `callin` command."""

from callin.cli import main

main()
