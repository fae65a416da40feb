"""`python -m daemon` is the command `anliegen`, and what its script calls: Ctrl-C is a person's word from the start on."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Load the command line, which takes a moment, and hand over to it."""
    gc.disable()  # what is loaded becomes no garbage: `cli` lets the collector work when the command is there
    try:
        from daemon.cli import main as command
    except KeyboardInterrupt:
        print("Stopped before anything began.", file=sys.stderr)
        sys.exit(130)  # `cli.INTERRUPTED`, which is not there yet
    command()


if __name__ == "__main__":
    main()
