"""
Writes docs/exports.md from a run over the samples: exporter, format, recognised, rows, posts, rejects, notes.

    python tests/intake/exports_table.py          write it
    python tests/intake/exports_table.py --check  say whether it is current

The first table (ours) is checked by a test; the second (other people's files beside the repository) is written where they are.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from samples import HERE, NAMES, SHARED, read_sample

from classifier.intake.sandbox import Child

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exports.md"
HEAD = """# What is read, and how well

Written by `python tests/intake/exports_table.py` from a run over the sample exports; a test holds the first table to the code.
Each file is read by itself, without options. What every post of ours must be read as stands in `tests/exports/expected.json`.
`rows = posts + rejects`, always. A reject has its reason: `duplicate` (the kept post is named), `service` (a message that is no post),
`heading` (repeated inside the file), `not_posts`, `personal`, `mojibake`, `unreadable`, `unrecognised`, `empty`.
"""
OURS = "\n## Our own samples (`tests/exports`, written after the exporters' source)\n\n"
THEIRS = "\n## Real and synthetic samples of others (not in the repository)\n\n"
COLUMNS = "| file | recognised as | rows | posts | rejects | bodies | account from | notes |\n|---|---|---|---|---|---|---|---|\n"


def table_of(names: list[str], folder: Path, child: Child) -> str:
    """The Markdown table of *names* under *folder*."""
    return COLUMNS + "".join(_line(name, *read_sample(name, child, folder)) for name in names)


def _line(name: str, posts: list[dict], rejects: list[dict]) -> str:
    exporter = ", ".join(dict.fromkeys(post["exporter"] for post in posts)) or "—"
    notes = "; ".join(dict.fromkeys(note for post in posts for note in post["notes"] if not note.startswith(("placeholder", "id "))))
    cells = [name, exporter, len(posts) + len(rejects), len(posts), _counted(reject["reason"] for reject in rejects), _counted(post["body_state"] for post in posts), _counted(post["account_key_source"] for post in posts), notes[:160]]
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _counted(values) -> str:
    return ", ".join(f"{value} {n}" for value, n in Counter(values).most_common())


def our_table(child: Child) -> str:
    return HEAD + OURS + table_of(NAMES, HERE, child)


def main(arguments: list[str]) -> int:
    with Child() as child:
        page = our_table(child)
        if "--check" in arguments:
            return 0 if PAGE.exists() and PAGE.read_text().startswith(page) else 1
        if SHARED.is_dir():
            page += THEIRS + table_of(sorted(path.relative_to(SHARED).as_posix() for path in SHARED.rglob("*") if path.is_file()), SHARED, child)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
