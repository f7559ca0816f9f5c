"""`python -m permanence` is the command line."""

from permanence.cli import main

main()
