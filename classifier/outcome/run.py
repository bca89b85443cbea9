"""
Score an export into a folder: read, judge and pack batch by batch into a journal, then put the tables together.

A run, a run taken up again, and several shards merged go the same way at the end (`assemble`), so they give the same bytes.
"""

from __future__ import annotations

import json
import platform
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from classifier.errors import RunError
from classifier.intake.export import stream_export
from classifier.intake.posts import Batch
from classifier.language.mask import mask_personal
from classifier.model.bundle import Model, load_model
from classifier.model.points import DEFAULT_POINT
from classifier.outcome.accounts import Tally, accounts_table, merge_tallies, tally_posts
from classifier.outcome.columns import ACCOUNT_COLUMNS, LEAD_COLUMNS, POST_COLUMNS, REJECT_COLUMNS, TALLY_COLUMNS, TEXT_COLUMNS
from classifier.outcome.journal import FOLDER, Entry, Journal, flat
from classifier.outcome.leads import find_in_posts, gather_leads, mask_posts
from classifier.outcome.lists import apply_to_account, apply_to_posts, read_lists
from classifier.outcome.report.write import write_report
from classifier.outcome.score import SCORED_COLUMNS, score_posts, text_column
from classifier.outcome.tables.arrow import give_back
from classifier.outcome.tables.read import format_of_run
from classifier.outcome.tables.write import TableWriter, pack_columns, pack_frame, remove_tables, unpack_columns, write_text

# What a batch gives, table by table; `texts` is Parquet whatever format the user reads.
STREAMED = {"posts": POST_COLUMNS, "leads": LEAD_COLUMNS, "rejects": REJECT_COLUMNS, "texts": TEXT_COLUMNS}
# The columns of its tally, for the accounts.
KEPT = ("tallies", "tops")
TABLES_OF_USER = ("accounts", "posts", "leads", "rejects")
# What `judge_batch` reads of a post.
JUDGED_COLUMNS = (*(name for name in POST_COLUMNS if name not in SCORED_COLUMNS), "text")


class Settings(NamedTuple):
    """
    What a run was asked for: it decides every byte of the tables, together with the export and the model.

    ``shard`` is (I, N): of the export's batches, only those whose number leaves I - 1 when divided by N. ``jobs`` decides nothing but the time.
    """

    model: str
    fmt: str
    jobs: int
    reveal: bool
    columns: Mapping[str, str]
    shard: tuple[int, int] = (1, 1)
    point: str = DEFAULT_POINT
    lists: str | None = None


class Packed(NamedTuple):
    """A batch judged: the bytes and the number of rows of its piece of each table, and what is counted in it."""

    pieces: dict[str, tuple[bytes, int]]
    counts: dict[str, dict[str, int]]


class StoppedError(RunError):
    """A run was asked to stop; what it scored so far is safe."""


def score_export(
    paths: list[Path], out: Path, settings: Settings, *, resume: bool = False, tell: Callable[[int], None] = lambda _rows: None, stop: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """
    Score *paths* into the folder *out* and return what ``run.json`` says of it.

    *tell* is called with the number of rows of each batch read. *stop* is asked after each batch: if it says so, what is scored is
    made safe and StoppedError is raised. With *resume*, what an unfinished run of the same settings left is not scored again. Memory grows with the
    number of accounts, not of posts.

    Raises RunError if *out* cannot be made, written or resumed, ExportError if a path does not exist, ModelFileError for the model.
    """
    clock = time.perf_counter()
    model = model_at(settings.model, settings.point)
    _make_folder(out)
    _spare_input(paths, out, settings.fmt)
    if settings.shard != (1, 1) and (out / "run.json").exists():
        raise RunError(f"{out} holds the results of a whole run, which would look like this shard's; name another folder with --out")
    heading = _heading(paths, out, settings, model)
    with Journal(out / FOLDER, heading, (*STREAMED, *KEPT)) as journal:
        if not (resume and journal.resume()):
            journal.begin()
        if journal.batches is None:
            _score_batches(paths, settings, journal, tell, stop)
            if _exports(paths, out) != heading["exports"]:
                raise RunError("an export was changed while it was read, so what was scored cannot be trusted; score it again (without --resume)")
        if settings.shard != (1, 1):
            return account_of_run(model, heading, journal.entries, time.perf_counter() - clock)
        run = assemble([journal], out, paths, seconds=lambda: time.perf_counter() - clock)
        journal.remove()
    return run


def merge_shards(folders: list[Path], out: Path) -> dict[str, Any]:
    """
    Put the shards in *folders*, each left by a run of one ``shard``, together in *out*; return what ``run.json`` says: the same tables as of one run.

    Raises RunError if a shard is missing, unfinished, twice there or of another run. The message names the folder.
    """
    clock = time.perf_counter()
    _make_folder(out)
    twice = next((folder for folder, n in Counter(folder.resolve() for folder in folders).items() if n > 1), None)
    if twice is not None:
        raise RunError(f"{twice} is named twice; name each shard once")
    with ExitStack() as stack:
        journals = []
        for folder in folders:
            journal = stack.enter_context(Journal(folder / FOLDER, {}, (*STREAMED, *KEPT)))
            journal.load()
            journals.append(journal)
        _same_run(folders, journals)
        return assemble(journals, out, [], seconds=lambda: time.perf_counter() - clock)


def _same_run(folders: list[Path], journals: list[Journal]) -> None:
    """Raise RunError unless *journals* are all the shards of one run."""

    def asked(journal: Journal) -> dict[str, Any]:
        exports = [{name: value for name, value in export.items() if name != "mtime_ns"} for export in journal.heading["exports"]]
        return flat({name: value for name, value in journal.heading.items() if name != "shard"} | {"exports": exports, "batches": journal.batches})

    first = asked(journals[0])
    for folder, journal in zip(folders, journals, strict=True):
        own = asked(journal)
        differing = sorted(name for name in own.keys() | first.keys() if own.get(name) != first.get(name))
        if differing:
            name = differing[0]
            raise RunError(f"{folder} is of another run than {folders[0]}: {name} is {own.get(name)!r}, not {first.get(name)!r}; merge shards of one export, model and format")
    shards = [tuple(journal.heading["shard"]) for journal in journals]
    of = shards[0][1]
    missing = [f"{n}/{of}" for n in range(1, of + 1) if (n, of) not in shards]
    if missing or len(shards) != of:
        raise RunError(f"{of} shards are needed, once each; " + (f"missing: {', '.join(missing)}" if missing else "one is there twice"))


def _score_batches(paths: list[Path], settings: Settings, journal: Journal, tell: Callable[[int], None], stop: Callable[[], bool]) -> None:
    """Judge the batches of this shard that are not in *journal* yet."""
    done = {entry.number: entry.rows for entry in journal.entries}
    share, shards = settings.shard
    total = 0

    def wanted() -> Iterator[tuple[int, Batch]]:
        nonlocal total
        for number, batch in enumerate(stream_export(paths, columns=settings.columns)):
            total = number + 1
            rows = len(batch.posts) + len(batch.rejects)
            if number % shards == share - 1 and number not in done:
                yield number, batch._replace(posts=with_digests(batch.posts))
            elif done.get(number, rows) != rows:
                raise RunError("the export is not what it was when the run began; score it again without --resume")
            else:
                tell(rows)

    for number, rows, packed in judge_batches(wanted(), settings):
        journal.append(number, rows, packed.pieces, packed.counts)
        tell(rows)
        if stop():
            journal.commit()
            raise StoppedError("stopped; what is scored so far is safe: the same command with --resume goes on（已停止；加上 --resume 可继续）")
    journal.finish(total)


def judge_batches(batches: Iterable[tuple[int, Batch]], settings: Settings) -> Iterator[tuple[int, int, Packed]]:
    """Yield number, rows and what is judged of each of *batches*, in order, by ``settings.jobs`` processes with the model loaded once in each."""
    if settings.jobs == 1:
        yield from ((number, len(batch.posts) + len(batch.rejects), judge_batch(batch, settings)) for number, batch in batches)
        return
    from joblib import Parallel, delayed

    # Two batches wait for each process: enough to keep it busy, few enough to keep memory flat.
    parallel = Parallel(n_jobs=settings.jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    sent: deque[tuple[int, int]] = deque()

    def send() -> Iterator[Any]:
        for number, batch in batches:
            sent.append((number, len(batch.posts) + len(batch.rejects)))
            yield delayed(judge_batch)(batch._replace(posts=batch.posts[list(JUDGED_COLUMNS)]), settings)

    for packed in parallel(send()):
        yield *sent.popleft(), packed


def judge_batch(batch: Batch, settings: Settings) -> Packed:
    """Return *batch* judged and packed: what no later stage needs is left behind."""
    model = model_at(settings.model, settings.point)
    scored = score_posts(model, batch.posts)
    if settings.lists:
        scored = apply_to_posts(scored, read_lists(settings.lists))
    # Leads are written as they are found, and masked in quotes: the same texts, read once.
    find = find_in_posts(scored)
    leads = gather_leads(scored, reveal=settings.reveal, find=find)
    posts, rejects = scored, batch.rejects
    if not settings.reveal:
        posts = mask_posts(scored, find=find)
        excerpts = [excerpt and mask_personal(excerpt) for excerpt in text_column(rejects, "excerpt")]
        rejects = rejects.assign(excerpt=pd.Series(excerpts, index=rejects.index, dtype=object))
    tally = tally_posts(posts, model)
    # Offsets are into the title as read.
    texts = posts.assign(title=scored["title"])
    frames = {"posts": posts, "leads": leads, "rejects": rejects, "texts": texts}
    pieces = {name: (pack_frame(frame, name, settings.fmt if name in TABLES_OF_USER else "parquet"), len(frame)) for name, frame in frames.items()}
    pieces |= {name: (pack_columns(columns), len(columns["account_key"])) for name, columns in zip(KEPT, tally, strict=True)}
    counted = {"verdicts": posts["verdict"], "body_states": posts["body_state"], "reject_reasons": rejects["reason"]}
    return Packed(pieces, {name: dict(Counter(values.tolist())) for name, values in counted.items()})


def with_digests(posts: pd.DataFrame) -> pd.DataFrame:
    """Return *posts* with the digest as the text where there is no body: it is judged as what it is, and ``body_state`` says so."""
    if posts["digest"].isna().all():
        return posts
    pairs = zip(text_column(posts, "text"), text_column(posts, "digest"), strict=True)
    return posts.assign(text=pd.Series([text or digest for text, digest in pairs], index=posts.index, dtype=object))


def assemble(journals: list[Journal], out: Path, paths: list[Path], *, seconds: Callable[[], float]) -> dict[str, Any]:
    """Make the tables, ``run.json`` and the report in *out* of the pieces of *journals*; return what ``run.json`` says. *paths* are never removed."""
    heading = journals[0].heading
    model = model_at(heading["options"]["model"], heading["options"]["point"])
    if model.digest != heading["model"]["digest"]:
        raise RunError(f"the model {model.name} is no longer the one this run was scored with; score again")
    fmt = heading["options"]["format"]
    placed = sorted(((entry, journal) for journal in journals for entry in journal.entries), key=lambda pair: pair[0].number)
    entries = [entry for entry, _ in placed]
    if [entry.number for entry in entries] != list(range(journals[0].batches or 0)):
        raise RunError(f"{out}: the pieces do not make up the whole export; score again without --resume")
    older = format_of_run(out)

    def tally(entry: Entry, journal: Journal) -> Tally:
        return Tally(*(unpack_columns(journal.piece(name, entry)) for name in KEPT))

    lists = read_lists(heading["options"]["lists"]) if heading["options"]["lists"] else None
    if lists and lists.digest != heading["lists"]:
        raise RunError(f"the lists in {heading['options']['lists']} were changed since this run began; score again")
    tallies = merge_tallies(tally(entry, journal) for entry, journal in placed)
    give_back()
    accounts = accounts_table(tallies, model, amend=(lambda row: apply_to_account(row, lists)) if lists else lambda row: row)
    with ExitStack() as stack:
        for name, columns in STREAMED.items():
            writer = stack.enter_context(TableWriter(out / name, fmt if name in TABLES_OF_USER else "parquet", columns))
            for entry, journal in placed:
                writer.write_piece(journal.piece(name, entry), entry.pieces[name].rows)
        stack.enter_context(TableWriter(out / "accounts", fmt, ACCOUNT_COLUMNS)).write(accounts)
    run = account_of_run(model, heading, entries, seconds())
    run["counts"]["accounts"] = dict(sorted(Counter(accounts["verdict"]).items()))
    write_text(out / "run.json", json.dumps(run, ensure_ascii=False, indent=1, default=str) + "\n")
    # Only now: until run.json names this run's format, whoever reads takes the older tables. And only what a run of ours wrote.
    if older and older != fmt:
        remove_tables(out, TABLES_OF_USER, older, keep=paths)
    give_back()
    write_report(out)
    return run


@cache
def model_at(name: str, point: str) -> Model:
    return load_model(name).at(point)


def _spare_input(paths: list[Path], out: Path, fmt: str) -> None:
    """Raise RunError if a table of this run would take the place of a file it is to read."""
    written = {(out / f"{name}.{fmt}").resolve() for name in TABLES_OF_USER} | {(out / "texts.parquet").resolve()}
    taken = next((path for path in paths if path.resolve() in written), None)
    if taken is not None:
        raise RunError(f"{taken} would be overwritten by a table of this run; name another folder with --out")


def _make_folder(out: Path) -> None:
    try:
        str(out).encode()
    except UnicodeEncodeError:
        # Arrow opens no file under such a name.
        raise RunError(f"{out}: a name in another encoding than UTF-8; name another folder with --out") from None
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{out} cannot be made: {error.strerror}; name another folder with --out") from error


def _heading(paths: list[Path], out: Path, settings: Settings, model: Model) -> dict[str, Any]:
    """Return what decides every byte of the tables; a run with another heading is another run."""
    options = {"exports": [path.name for path in paths], "model": settings.model, "point": settings.point, "format": settings.fmt, "reveal": settings.reveal, "columns": dict(settings.columns), "lists": settings.lists}
    return {
        "version": version("bijian"),
        "model": {"name": model.name, "digest": model.digest},
        "options": options,
        "shard": list(settings.shard),
        # What is kept of accounts in the journal.
        "kept": list(TALLY_COLUMNS),
        "exports": _exports(paths, out),
        "lists": read_lists(settings.lists).digest if settings.lists else None,
    }


def _exports(paths: list[Path], out: Path) -> list[dict[str, Any]]:
    """Return name, size and time of change of every file to be read, in order; what lies in *out* is ours and left out."""
    ours = out.resolve()
    files = [inner for path in paths for inner in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    own = [file for file in files if file.is_file() and ours not in file.resolve().parents]
    return [{"name": file.as_posix(), "size": file.stat().st_size, "mtime_ns": file.stat().st_mtime_ns} for file in own]


def account_of_run(model: Model, heading: Mapping[str, Any], entries: list[Entry], seconds: float) -> dict[str, Any]:
    about = model.manifest
    rows = {name: sum(entry.pieces[name].rows for entry in entries) for name in ("posts", "rejects", "leads")}
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("verdicts", "body_states", "reject_reasons")}
    for entry in entries:
        for name, counter in counts.items():
            counter.update(entry.counts[name])
    return {
        "version": heading["version"],
        "python": platform.python_version(),
        "model": heading["model"] | {"trained_on": about.get("trained_on", "")},
        "operating_point": about.get("operating_point", ""),
        "promise": about.get("promise", []),
        "options": heading["options"],
        "counts": {
            "rows_read": rows["posts"] + rows["rejects"],
            **rows,
            **{name: dict(sorted(counter.items(), key=str)) for name, counter in counts.items()},
        },
        "timings": {"seconds": round(seconds, 3)},
        "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
