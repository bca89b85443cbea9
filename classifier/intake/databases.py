"""SQLite files, opened read-only: the tables of the programs we know, and any table of posts."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.exporters.registry import EXPORTERS
from classifier.intake.layout import normalised, understand
from classifier.intake.posts import reject
from classifier.intake.tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record, Source
    from classifier.intake.tables import NumberedRow

_NOT_POSTS = re.compile(r"(?i)comment|creator|^users?$|^reposts$|^bins$|^feeds$|^accounts?$|sqlite_|_prisma|alembic|config|message_queue|follow|chats?$")
# Where the account's name stands in a table of its own.
_JOINS = {
    ("articles", "feeds"): 'SELECT a.*, f.mp_name AS mp_name FROM "articles" a LEFT JOIN "feeds" f ON a.mp_id = f.id',
    ("weibo", "user"): 'SELECT w.*, u.screen_name AS screen_name FROM "weibo" w LEFT JOIN "user" u ON w.user_id = u.id',
}


def read_database(source: Source) -> Iterator[list[Record]]:
    """
    Chunks of records of every table that holds posts; rows are numbered as the table gives them, from 1.

    Raises ExportError if it is no readable database. Nothing is written, not even a journal.
    """
    try:
        database = sqlite3.connect(f"file:{_quoted(source.path.as_posix())}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise ExportError(f"{source.name}: not a readable SQLite file ({error})") from None
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 64 << 20)
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        names = [str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        yield from _tables(database, names, source)
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise ExportError(f"{source.name}: unreadable SQLite file ({error})") from None
    finally:
        database.close()


def _tables(database: sqlite3.Connection, names: list[str], source: Source) -> Iterator[list[Record]]:
    some = False
    for name in names:
        if _NOT_POSTS.search(name):
            continue
        columns = [str(column[1]) for column in database.execute(f"PRAGMA table_info({_identifier(name)})")]
        headings = [normalised(column) for column in columns]
        layout = understand(headings, EXPORTERS, source.columns)
        if not layout.is_understood or not ({"text", "html"} & set(layout.fields) or {"title", "url"} <= set(layout.fields)):
            continue
        some = True
        yield from read_rows(_rows(database, name, names), source, shape=f"SQLite, table {name}")
    if not some:
        yield [reject(source.name, 1, "unrecognised", f"no table of posts among {', '.join(names)[:120] or 'none'}")]


def _rows(database: sqlite3.Connection, name: str, names: list[str]) -> Iterator[NumberedRow]:
    joined = next((statement for (posts, accounts), statement in _JOINS.items() if posts == name and accounts in names), None)
    plain = f"SELECT * FROM {_identifier(name)}"  # noqa: S608 - a table's own name, quoted
    try:
        cursor = database.execute(joined or plain)
    except sqlite3.Error:  # the account table has other columns here
        cursor = database.execute(plain)
    yield 0, [str(column[0]) for column in cursor.description]
    for number, cells in enumerate(cursor, 1):
        yield number, [_plain(cell) for cell in cells]


def _plain(cell: Any) -> Any:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)
