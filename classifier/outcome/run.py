"""Score an export into a folder: read, judge and write in batches, then gather the accounts."""

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
from classifier.intake.posts import REJECT_COLUMNS, Batch
from classifier.language.leads import find_leads
from classifier.language.mask import mask_personal
from classifier.model.bundle import Model, load_model
from classifier.outcome.accounts import ACCOUNT_COLUMNS, Tally, accounts_table, merge_tallies, tally_posts
from classifier.outcome.leads import LEAD_COLUMNS, gather_leads, mask_posts
from classifier.outcome.report import write_report
from classifier.outcome.score import SCORED_COLUMNS, score_posts, text_column
from classifier.outcome.tables import TableWriter, format_of_run, remove_tables, write_text

POST_TABLE = (
    "post_id", "account_id", "account_key", "account_key_source", "account_name", "title", "published_at", "url",
    "verdict", "score", "category", "evidence", "body_state", "src_file", "src_row", "notes",
)  # fmt: skip
TEXT_TABLE = ("post_id", "account_key", "title", "text")
# What `judge_batch` reads of a post.
JUDGED_COLUMNS = (*(name for name in POST_TABLE if name not in SCORED_COLUMNS), "text")
TABLES = {"posts": POST_TABLE, "leads": LEAD_COLUMNS, "rejects": tuple(REJECT_COLUMNS)}


class Settings(NamedTuple):
    """What a run was asked for: it decides every byte of the tables, together with the export and the model."""

    model: str
    fmt: str
    jobs: int
    reveal: bool
    columns: Mapping[str, str]


class Scored(NamedTuple):
    """A batch judged: the tables' rows and the tallies of its accounts."""

    posts: pd.DataFrame
    leads: pd.DataFrame
    rejects: pd.DataFrame
    tallies: dict[str, Tally]


def score_export(paths: list[Path], out: Path, settings: Settings, *, tell: Callable[[int], None] = lambda _rows: None) -> dict[str, Any]:
    """
    Score *paths* into the folder *out* and return what ``run.json`` says of it.

    *tell* is called with the number of rows of each batch written. Memory grows with the number of accounts, not of posts.

    Raises RunError if *out* cannot be made or written, ExportError if a path does not exist, ModelFileError for the model.
    """
    started, clock = time.strftime("%Y-%m-%dT%H:%M:%S%z"), time.perf_counter()
    model = _model(settings.model)
    _make_folder(out)
    _spare_input(paths, out, settings.fmt)
    older = format_of_run(out)
    counts = {name: Counter[str]() for name in ("verdicts", "body_states", "reject_reasons", "accounts")}
    totals = Counter[str]()
    tallies: dict[str, Tally] = {}
    with ExitStack() as stack:
        tables = {name: stack.enter_context(TableWriter(out / name, settings.fmt, columns)) for name, columns in TABLES.items()}
        texts = stack.enter_context(TableWriter(out / "texts", "parquet", TEXT_TABLE))
        batches = (batch._replace(posts=with_digests(batch.posts)) for batch in stream_export(paths, columns=settings.columns))
        for batch, scored in judge_batches(batches, settings):
            for name, frame in (("posts", scored.posts), ("leads", scored.leads), ("rejects", scored.rejects)):
                tables[name].write(frame)
            texts.write(batch.posts)
            merge_tallies(tallies, scored.tallies)
            totals += Counter(posts=len(scored.posts), rejects=len(scored.rejects), leads=len(scored.leads))
            counts["verdicts"].update(scored.posts["verdict"])
            counts["body_states"].update(scored.posts["body_state"])
            counts["reject_reasons"].update(scored.rejects["reason"])
            tell(len(scored.posts) + len(scored.rejects))
        accounts = accounts_table(tallies, model)
        if not settings.reveal:
            accounts = accounts.assign(account_name=[mask_personal(name) for name in accounts["account_name"]])
        stack.enter_context(TableWriter(out / "accounts", settings.fmt, ACCOUNT_COLUMNS)).write(accounts)
    counts["accounts"].update(accounts["verdict"])
    run = _account_of_run(model, settings, paths, totals, counts, started, time.perf_counter() - clock)
    write_text(out / "run.json", json.dumps(run, ensure_ascii=False, indent=1, default=str) + "\n")
    # Only now: until run.json names this run's format, whoever reads takes the older tables. And only what a run of ours wrote.
    if older and older != settings.fmt:
        remove_tables(out, (*TABLES, "accounts"), older, keep=paths)
    write_report(out)
    return run


def judge_batches(batches: Iterable[Batch], settings: Settings) -> Iterator[tuple[Batch, Scored]]:
    """Yield each of *batches*, in order, and what is judged of it, by ``settings.jobs`` processes with the model loaded once in each."""
    if settings.jobs == 1:
        yield from ((batch, judge_batch(batch, settings)) for batch in batches)
        return
    from joblib import Parallel, delayed

    # Two batches wait for each process: enough to keep it busy, few enough to keep memory flat.
    parallel = Parallel(n_jobs=settings.jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    sent: deque[Batch] = deque()

    def send() -> Iterator[Any]:
        for batch in batches:
            sent.append(batch)
            # What judging does not ask for stays here: a table's way to another process and back costs as much as reading it.
            yield delayed(judge_batch)(batch._replace(posts=batch.posts[list(JUDGED_COLUMNS)]), settings)

    for scored in parallel(send()):
        yield sent.popleft(), scored


def judge_batch(batch: Batch, settings: Settings) -> Scored:
    """Return *batch* judged; what no later stage needs is left behind."""
    scored = score_posts(_model(settings.model), batch.posts)
    # Leads are written as they are found, and masked in quotes: the same texts, read once.
    find = cache(find_leads)
    leads = gather_leads(scored, reveal=settings.reveal, find=find)
    tallies = tally_posts(scored)
    rejects = batch.rejects
    if not settings.reveal:
        scored = mask_posts(scored, find=find)
        excerpts = [mask_personal(excerpt) if excerpt else None for excerpt in text_column(rejects, "excerpt")]
        rejects = rejects.assign(excerpt=pd.Series(excerpts, index=rejects.index, dtype=object))
    return Scored(scored[list(POST_TABLE)], leads, rejects, tallies)


def with_digests(posts: pd.DataFrame) -> pd.DataFrame:
    """Return *posts* with the digest as the text where there is no body: it is judged as what it is, and ``body_state`` says so."""
    if posts["digest"].isna().all():
        return posts
    pairs = zip(text_column(posts, "text"), text_column(posts, "digest"), strict=True)
    return posts.assign(text=pd.Series([text or digest for text, digest in pairs], index=posts.index, dtype=object))


@cache
def _model(name: str) -> Model:
    return load_model(name)


def _spare_input(paths: list[Path], out: Path, fmt: str) -> None:
    """Raise RunError if a table of this run would take the place of a file it is to read."""
    written = {(out / f"{name}.{fmt}").resolve() for name in (*TABLES, "accounts")} | {(out / "texts.parquet").resolve()}
    taken = next((path for path in paths if path.resolve() in written), None)
    if taken is not None:
        raise RunError(f"{taken} would be overwritten by a table of this run; name another folder with --out")


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{out} cannot be made: {error.strerror}; name another folder with --out") from error


def _account_of_run(
    model: Model, settings: Settings, paths: list[Path], totals: Counter[str], counts: dict[str, Counter[str]], started: str, seconds: float
) -> dict[str, Any]:
    about = model.manifest
    options = {"exports": [path.name for path in paths], "model": settings.model, "format": settings.fmt, "jobs": settings.jobs, "reveal": settings.reveal}
    return {
        "version": version("bijian"),
        "python": platform.python_version(),
        "model": {"name": model.name, "digest": model.digest, "trained_on": about.get("trained_on", "")},
        "operating_point": about.get("operating_point", ""),
        "promise": about.get("promise", []),
        "options": options | {"columns": dict(settings.columns)},
        "counts": {
            "rows_read": totals["posts"] + totals["rejects"],
            "posts": totals["posts"],
            "rejects": totals["rejects"],
            "leads": totals["leads"],
            **{name: dict(sorted(counter.items(), key=str)) for name, counter in counts.items()},
        },
        "timings": {"seconds": round(seconds, 3)},
        "started": started,
    }
