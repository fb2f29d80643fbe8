"""The terminal door: the `callin` command."""


def main() -> None:
    """Run the command line."""
