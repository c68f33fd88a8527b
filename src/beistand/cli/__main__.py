"""`python -m beistand.cli` is `beistand`."""

from beistand.cli import main

main()
