"""`python -m truceline` is the command line."""

from truceline.cli import main

main()
