"""python -m classifier is the command bijian."""

from classifier.cli import main

main(prog_name="bijian")
