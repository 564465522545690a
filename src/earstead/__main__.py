"""`python -m earstead` is `earstead`."""

from earstead.cli import main

main()
