"""`python -m huabiao` is the command line, where its script is not on the path."""

from huabiao.doors.cli import main

main()
