"""`python -m daemon` is the command `anliegen`."""

from daemon.cli import main

main()
