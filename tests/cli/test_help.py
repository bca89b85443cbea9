"""Help answers at once, for every command, with an example."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from classifier.cli import COMMANDS, main

HEAVY = ("pandas", "numpy", "sklearn", "scipy", "jieba", "pyarrow")


def every_command():
    """Yield the words of every command and of every command below it."""
    for name in COMMANDS:
        yield (name,)
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            yield from ((name, below) for below in command.commands)


@pytest.mark.parametrize("words", list(every_command()), ids=" ".join)
def test_help_of_every_command_works(words):
    shown = CliRunner().invoke(main, [*words, "--help"])
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: main {' '.join(words)}")
    assert "-h" in CliRunner().invoke(main, [*words, "-h"]).output


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_has_an_example_of_it(name):
    shown = CliRunner().invoke(main, [name, "--help"]).output
    assert f"bijian {name}" in shown.partition("Example:")[2].partition("Options:")[0]


def test_every_command_is_in_the_help_of_the_group():
    shown = CliRunner().invoke(main, ["--help"]).output.partition("Commands:")[2]
    assert [line.split()[0] for line in shown.splitlines() if line.strip()] == list(COMMANDS)


def test_a_command_nobody_knows_is_a_usage_error():
    wrong = CliRunner().invoke(main, ["scroe"])
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "scroe" in wrong.stderr


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_imports_nothing_heavy(words):
    """In a new process, where nothing is imported yet."""
    lines = [
        "import sys",
        "from classifier.cli import main",
        f"main([*{words!r}, '--help'], standalone_mode=False)",
        f"loaded = [name for name in {HEAVY} if name in sys.modules]",
        "sys.exit(f'imported {loaded}' if loaded else 0)",
    ]
    told = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
