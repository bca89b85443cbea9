"""
Score on Spark, for who outgrows one machine: Parquet folders in, Parquet folders out, and in them what `score_export` gives.

    settle   every row becomes a post or a reject, once, and is laid down: whatever follows sees the same posts
    match    rows that share a key are held against each other, by what finds duplicates on one machine, in the order of the export
    judge    `judge_batch`, and the tallies of accounts beside it, where the rows are: an account with half of all posts costs nothing more
    gather   the tallies are merged and the tables written

A function that runs on a worker gives rows back and writes nothing: a worker that dies is run again, and only Spark's commit
puts a table in its place.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, reduce
from importlib.metadata import version
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from py4j.protocol import Py4JJavaError
from pyspark import SparkFiles
from pyspark.errors import AnalysisException, PySparkRuntimeError, PythonException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (so everybody calls it)
from pyspark.sql.pandas.types import from_arrow_schema
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from classifier.errors import ExportError, ModelFileError, RunError
from classifier.intake.duplicates import Duplicates
from classifier.intake.export import is_batch
from classifier.intake.layout import UNKNOWN_TABLE, Layout, normalised
from classifier.intake.plain import notes_text
from classifier.intake.posts import EXCERPT_LIMIT, Batch, posts_from_rows, rejects_table
from classifier.intake.source import CHUNK_ROWS, Record, Source
from classifier.intake.tables import SAMPLE_ROWS, refusal, settled_rows, understood
from classifier.model.bundle import FILES, Model
from classifier.outcome.accounts import VERDICT_ORDER, Tally, accounts_table, merge_tallies
from classifier.outcome.columns import TABLES, describe_column
from classifier.outcome.journal import Entry, Piece
from classifier.outcome.lists import apply_to_account, read_lists
from classifier.outcome.run import JUDGED_COLUMNS, KEPT, TABLES_OF_USER, Settings, account_of_run, judge_batch, model_at, with_digests
from classifier.outcome.tables.arrow import unpack_arrow
from classifier.outcome.tables.write import pack_frame, unpack_columns

# A row's place in the export: the number of its file, then so many bits for its row. Places sort as the export is read.
ROW_BITS = 40
BATCH_ROWS = 2_000
# Bytes of text judged at a time: two thousand posts of the greatest length would be hundreds of megabytes.
SLICE_BYTES = 8 << 20
UNFINISHED = ".unfinished"
JUDGED_TABLES = ("posts", "leads", "rejects", *KEPT)
SETTINGS_OF_SESSION = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": BATCH_ROWS,
    "spark.sql.execution.arrow.maxBytesPerBatch": 64 << 20,
    # Rows the reader unpacks at a time: thousands of the longest posts would fill an executor.
    "spark.sql.parquet.columnarReaderBatchSize": 256,
    # Two copies of one task would only be the same work twice.
    "spark.speculation": "false",
    # Workers that are killed for their neighbours' memory do not end a long run.
    "spark.task.maxFailures": 8,
    # A worker to a core already: threads inside it would fight for it.
    "spark.executorEnv.OMP_NUM_THREADS": 1,
    # Texts as they are: no heading is another in small letters, no time is moved.
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}


class File(NamedTuple):
    """A file of the export, its number in the order of reading, and how its table is understood."""

    number: int
    source: Source
    headings: list[str]
    layout: Layout


class Bundle(NamedTuple):
    """What workers judge with: the *name* under which model and lists were sent to them, the model's *digest*, the driver's *version*, and what was asked for."""

    name: str
    digest: str
    version: str
    point: str
    reveal: bool
    has_lists: bool


def score_on_spark(paths: list[str], out: str, settings: Settings, *, master: str) -> dict[str, Any]:
    """
    Score the Parquet files and folders *paths* into the folder *out* and return what ``run.json`` says of it.

    Paths are whatever Spark reads (``hdfs://…``, ``s3a://…``, a local path every worker sees). *out* receives the folders ``accounts.parquet``,
    ``posts.parquet``, ``leads.parquet`` and ``rejects.parquet``, and ``run.json`` last: without it the folder is not finished.
    The driver's memory grows with files and with duplicated posts that have several keys, not with posts.

    Raises RunError without Java, if *paths* lie in *out*, or if rows were lost; ExportError if a path does not exist or its table is not in the plain form.
    """
    clock = time.perf_counter()
    model = model_at(settings.model, settings.point)
    with _session(master) as spark, _said_in_a_line():
        bundle = _send(spark, model, settings)
        files, rows = _read(spark, paths, settings)
        ours = Path(_plain_uri(_hadoop(spark, out)[1].toString()))
        if any(ours in file.source.path.parents for file in files):
            raise RunError(f"the export lies in {out}, where the tables are to go; name another folder with --out")
        _remove(spark, f"{out}/run.json")
        settled = _kept(spark, rows, f"{out}/{UNFINISHED}/settled")
        runs = settled.groupBy(_file_of("place").alias("file"), "run").count().collect()
        empty = _rejects_of_empty(files, {run["file"] for run in runs})
        decided = _kept(spark, _match(spark, settled, runs, empty, f"{out}/{UNFINISHED}/matched"), f"{out}/{UNFINISHED}/decided")
        judged = _kept(spark, _judge(settled, decided, bundle, empty, spark), f"{out}/{UNFINISHED}/judged")
        _write_tables(judged, out, bundle)
        counts = _count(spark, out)
        rows_read = sum(run["count"] for run in runs) + len(empty)
        if rows_read != counts["posts"].rows + counts["rejects"].rows:
            raise RunError(f"{rows_read} rows were read and {counts['posts'].rows} posts and {counts['rejects'].rows} rejects written; please report it, and score again")
        run = _tell(model, settings, files, counts, time.perf_counter() - clock)
        _write_text(spark, f"{out}/run.json", json.dumps(run, ensure_ascii=False, indent=1, default=str) + "\n")
        _remove(spark, f"{out}/{UNFINISHED}")
    return run


# ---------------------------------------------------------------- the session


@contextmanager
def _session(master: str) -> Iterator[SparkSession]:
    """Give a session at *master*; if there was one already (a notebook's), it is used and left running."""
    if master.startswith("local"):
        # The workers are on this machine and need what is installed here.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    former = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("bijian").master(master)
    for name, value in SETTINGS_OF_SESSION.items():
        builder = builder.config(name, str(value))
    try:
        spark = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise RunError(f"Spark does not start: {error.getMessage() or error}; it needs Java 17 or later (JAVA_HOME, or java in the PATH)") from error
    try:
        yield spark
    finally:
        if former is None:
            spark.stop()


@contextmanager
def _said_in_a_line() -> Iterator[None]:
    """Turn what a worker of ours says, or Java, into RunError; what else goes wrong in a worker is our bug and keeps its traceback."""
    try:
        yield
    except PythonException as error:
        said = re.search(r"classifier\.errors\.\w+: (.*)", str(error))
        if said is None:
            raise
        raise RunError(said[1]) from error
    except Py4JJavaError as error:
        cause = error.java_exception
        while cause.getCause() is not None:
            cause = cause.getCause()
        raise RunError(f"Spark gave up: {str(cause.toString()).splitlines()[0]}; look at that, and score again") from error


@cache
def _outbox() -> Path:
    """Return a folder that is there until this process ends: a session fetches what it was sent for every worker that joins, and forgets nothing."""
    folder = tempfile.mkdtemp(prefix="bijian-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _send(spark: SparkSession, model: Model, settings: Settings) -> Bundle:
    """Send the files of *model* and the lists to every worker, under a name of their content."""
    assert model.folder is not None
    name = f"bijian-{model.digest[:16]}-{read_lists(settings.lists).digest[:16] if settings.lists else 'none'}"
    sent = [(model.folder / file, f"model/{file}") for file in (*FILES, "manifest.json")]
    sent += [(file, f"lists/{file.name}") for file in sorted(Path(settings.lists).glob("*.txt"))] if settings.lists else []
    packed = _outbox() / f"{name}.zip"
    if not packed.is_file():
        with zipfile.ZipFile(packed, "w") as archive:
            for file, place in sent:
                archive.write(file, place)
    spark.sparkContext.addArchive(f"{packed}#{name}")
    return Bundle(name, model.digest, version("bijian"), settings.point, settings.reveal, has_lists=bool(settings.lists))


@cache
def _received(bundle: Bundle) -> tuple[Settings, Model]:
    """Return the settings to judge with on this worker, and the model: loaded once in each. Raises ModelFileError if it is not the driver's."""
    folder = Path(SparkFiles.get(bundle.name))
    if version("bijian") != bundle.version:
        raise ModelFileError(f"this worker has bijian {version('bijian')} and the driver {bundle.version}; install the same version on every machine")
    settings = Settings(str(folder / "model"), "parquet", 1, bundle.reveal, {}, point=bundle.point, lists=str(folder / "lists") if bundle.has_lists else None)
    model = model_at(settings.model, settings.point)
    if model.digest != bundle.digest:
        raise ModelFileError(f"the model on this worker has digest {model.digest} and the driver's {bundle.digest}; start again")
    return settings, model


def _kept(spark: SparkSession, rows: DataFrame, path: str) -> DataFrame:
    """Return *rows* as they lie in the folder *path*, where they are written: what follows never computes them again."""
    rows.write.mode("overwrite").parquet(path)
    return spark.read.schema(rows.schema).parquet(path)


# ---------------------------------------------------------------- settle


def _read(spark: SparkSession, paths: list[str], settings: Settings) -> tuple[list[File], DataFrame]:
    """
    Return the files of *paths* in the order a run on one machine reads them, and their rows settled: SETTLED columns, a row a post or reject.

    Raises ExportError if a path is not there, not Parquet, or no table in the plain form.
    """
    files: list[File] = []
    parts = []
    called: dict[str, str] = {}
    last_names = Counter(PurePosixPath(path).name for path in dict.fromkeys(paths))
    for path in paths:
        try:
            # What is `dt=2026-11-22/` above a file is no column of it on one machine either.
            table = spark.read.option("recursiveFileLookup", "true").option("mergeSchema", "true").parquet(path)
        except AnalysisException as error:
            raise ExportError(f"{path}: cannot be read as Parquet ({str(error).splitlines()[0]})") from error
        root = _plain_uri(_hadoop(spark, path)[1].toString())
        uris = sorted(map(_plain_uri, table.inputFiles()), key=lambda uri: PurePosixPath(uri).parts)
        alone = PurePosixPath(path).name if last_names[PurePosixPath(path).name] <= 1 else path
        names = {uri: called.setdefault(uri, alone if uri == root else uri.removeprefix(root).lstrip("/")) for uri in uris}
        sources = {uri: Source(Path(uri), name, dict(settings.columns), "" if uri == root else PurePosixPath(root).name) for uri, name in names.items()}
        rows = table.select(F.col("_metadata.file_path").alias("uri"), F.col("_metadata.row_index").alias("row"), F.struct("*").alias("cells"))
        layouts = _layouts(rows, table.columns, sources)
        here = {uri: File(len(files) + n, sources[uri], table.columns, layout) for n, (uri, layout) in enumerate(layouts.items())}
        files += here.values()
        parts.append(rows.mapInArrow(_given(_settle, here), from_arrow_schema(SETTLED)))
    return files, reduce(DataFrame.unionAll, parts)


def _layouts(rows: DataFrame, headings: list[str], sources: dict[str, Source]) -> dict[str, Layout]:
    """Return how each file is understood: by its headings, and by the first values of columns whose headings leave it open."""
    some = next(iter(sources.values()))
    layout = understood(headings, [], some)
    refused = refusal(layout, headings, some)
    if refused is not None or layout.exporter is not UNKNOWN_TABLE:
        said = refused[1] if refused else f"written by {layout.exporter.name}, not in the plain form; score it without --engine spark"
        raise ExportError(f"{some.path}: {said}")
    missing = [f"{name}={heading}" for name, heading in some.columns.items() if normalised(heading) not in map(normalised, headings)]
    if missing:
        raise ExportError(f"{some.path}: no column for {', '.join(missing)}; found {', '.join(headings)}")
    # Ids that a spreadsheet rounded, and headings nobody knows.
    told = {normalised(heading): heading for heading in headings}
    asked = [heading for name, heading in told.items() if name not in layout.why or name in layout.fields.get("post_id", ())]
    if not asked:
        return dict.fromkeys(sources, layout)
    first = rows.where(F.col("row") < SAMPLE_ROWS - 1)
    cells = F.struct(*(F.col("cells").getField(heading).alias(f"c{n}") for n, heading in enumerate(asked)))
    samples: dict[str, list[tuple[int, Sequence[Any]]]] = {uri: [] for uri in sources}
    seen = first.select("uri", "row", cells.alias("cells")).toArrow().sort_by("row").combine_chunks()
    for uri, row, values in zip(seen["uri"].to_pylist(), seen["row"].to_pylist(), _cells(seen["cells"].combine_chunks()), strict=True):
        known = {} if isinstance(values, str) else dict(zip(asked, values, strict=True))
        samples[_plain_uri(uri)].append((row + 1, [known.get(heading) for heading in headings]))
    return {uri: understood(headings, samples[uri], source) for uri, source in sources.items()}


# What is asked of a row to hold it against others; its text is `beginning` and `characters`, so that no text is read for it.
MATCHED = {"place": pa.int64(), "keys": pa.list_(pa.string()), "account_key": pa.string(), "post_id": pa.string(), "title": pa.string(), "beginning": pa.string(), "characters": pa.int64(), "body_state": pa.string()}
SETTLED = pa.schema(
    {"run": pa.int64(), "nth": pa.int64(), "reason": pa.string(), "excerpt": pa.string(), "digest": pa.string()}
    | {name: pa.int64() if describe_column("posts", name).kind == "integer" else pa.string() for name in JUDGED_COLUMNS}
    | MATCHED
)


def _settle(batches: Iterable[pa.RecordBatch], files: dict[str, File]) -> Iterator[pa.RecordBatch]:
    """
    Yield the rows of *batches* (uri, row, cells) settled: SETTLED.

    ``run`` and ``nth`` say which record it is of a run of rows that stand together in a file, so that records can be
    counted through a file which several workers read.
    """
    following, run, nth = ("", 0), 0, 0
    for batch in batches:
        rows: list[dict[str, Any]] = []
        read = zip(batch["uri"].to_pylist(), batch["row"].to_pylist(), _cells(batch["cells"]), strict=True)
        numbered = ((n, uri, row + 1, cells) for n, (uri, row, cells) in enumerate(read))
        for (uri, _), stretch in groupby(numbered, key=lambda one: (one[1], one[2] - one[0])):
            together = [(row, cells) for _, _, row, cells in stretch]
            if following != (uri, together[0][0]):
                run, nth = together[0][0], 0
            following = uri, together[-1][0] + 1
            file = files[_plain_uri(uri)]
            for record in settled_rows(together, file.headings, file.layout, file.source):
                text = record.get("text")
                own = {"place": (file.number << ROW_BITS) + record["src_row"], "run": run, "nth": nth, "notes": notes_text(record.get("notes", []))}
                rows.append(record | own | {"keys": record.get("_keys"), "beginning": text and text[:EXCERPT_LIMIT], "characters": len(text or "")})
                nth += 1
        yield pa.RecordBatch.from_pylist([{name: row.get(name) for name in SETTLED.names} for row in rows], schema=SETTLED)


def _cells(cells: pa.StructArray) -> Iterator[Any]:
    """Yield the cells of each row; of a row with bytes that are not text, the reason why it could not be read."""
    try:
        columns = [_values(column) for column in cells.flatten()]
    except UnicodeDecodeError:
        for n in range(len(cells)):
            try:
                yield tuple(_values(column.slice(n, 1))[0] for column in cells.flatten())
            except UnicodeDecodeError:
                yield "bytes that are not text"
        return
    yield from zip(*columns, strict=True)


def _values(column: pa.Array) -> list[Any]:
    return [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in column.to_pylist()]


def _rejects_of_empty(files: list[File], filled: set[int]) -> list[dict[str, Any]]:
    """Return a reject for each of *files* without a row, as SETTLED."""
    reason = {"reason": "empty", "excerpt": "no post in this file", "src_row": 1, "run": 1, "nth": 0}
    return [dict.fromkeys(SETTLED.names) | reason | {"place": (file.number << ROW_BITS) + 1, "src_file": file.source.name} for file in files if file.number not in filled]


# ---------------------------------------------------------------- match

DECIDED = pa.schema([("place", pa.int64()), ("kept_post_id", pa.string()), ("said", pa.string()), ("note", pa.string())])


def _match(spark: SparkSession, settled: DataFrame, runs: list[Any], empty: list[dict[str, Any]], folder: str) -> DataFrame:
    """
    Return what sets rows apart that share a key with another: DECIDED, a row a duplicate (``kept_post_id``) or fuller copy (``note``).

    What hangs together through keys comes into one part, and each part is a small export of its own: `Duplicates` goes through
    it in the order read, in the batches of a run on one machine.
    """
    # A hash that two keys share only brings strangers into one part.
    keys = settled.select("place", F.explode("keys").alias("key")).select("place", F.xxhash64("key").alias("key"))
    shared = keys.groupBy("key").count().where("count > 1").select("key")
    rows = _kept(spark, keys.join(shared, "key", "left_semi").groupBy("place").agg(F.sort_array(F.collect_set("key")).alias("keys")), folder)
    linked = rows.where("size(keys) > 1").select(F.col("keys")[0].alias("key"), F.explode(F.expr("slice(keys, 2, size(keys))")).alias("other")).distinct()
    parts = spark.createDataFrame(_parts(linked.toArrow()))
    parted = rows.select("place", F.col("keys")[0].alias("key")).join(parts, "key", "left").select("place", F.coalesce("part", "key").alias("part"))
    batches = spark.createDataFrame(_batches(settled, runs, empty, spark))
    here = (_file_of("place") == F.col("file")) & F.col("place").between(F.col("first_place"), F.col("last_place"))
    placed = settled.select(*MATCHED).join(parted, "place").join(F.broadcast(batches), here).select("part", "batch", *MATCHED)
    return placed.repartition("part").sortWithinPartitions("place").mapInArrow(_replay, from_arrow_schema(DECIDED))


def _parts(linked: pa.Table) -> pa.Table:
    """Return the part of each key in *linked* (key, other): keys that hang together, through whatever others, have one."""
    ends = np.concatenate([linked["key"].to_numpy(), linked["other"].to_numpy()]).astype(np.int64)
    keys, codes = np.unique(ends, return_inverse=True)
    one, other = codes.reshape(2, -1)
    _, parts = connected_components(coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(len(keys), len(keys))), directed=False)
    return pa.table({"key": keys, "part": np.asarray(parts, dtype=np.int64)})


def _batches(settled: DataFrame, runs: list[Any], empty: list[dict[str, Any]], spark: SparkSession) -> pa.Table:
    """Return the batches of a run on one machine: ``batch``, and the first and last place it has in a ``file``."""
    before: dict[tuple[int, int], int] = {}
    for file, together in groupby(sorted((run["file"], run["run"], run["count"]) for run in runs), key=itemgetter(0)):
        total = 0
        for _, run, count in together:
            before[file, run] = total
            total += count
    begun = spark.createDataFrame(_longs(("file", "run", "before"), [(*place, count) for place, count in before.items()]))
    counted = settled.withColumn("file", _file_of("place")).join(F.broadcast(begun), ["file", "run"])
    chunk = F.floor((F.col("before") + F.col("nth")) / CHUNK_ROWS).alias("chunk")
    sums = (F.count("*"), F.sum("characters"), F.min("place"), F.max("place"))
    chunks = [tuple(row) for row in counted.groupBy("file", chunk).agg(*sums).collect()]
    chunks += [(row["place"] >> ROW_BITS, 0, 1, 0, row["place"], row["place"]) for row in empty]
    rows: list[tuple[int, int, int, int]] = []
    batch = held = characters = 0
    for file, _, count, length, first, last in sorted(chunks):
        rows.append((file, batch, first, last))
        held, characters = held + count, characters + length
        if is_batch(held, characters):
            batch, held, characters = batch + 1, 0, 0
    return _longs(("file", "batch", "first_place", "last_place"), rows)


def _replay(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield what is DECIDED of the rows of *batches* (batch, MATCHED), which come in the order of the export."""
    seen = Duplicates()
    rows = (row for batch in batches for row in batch.to_pylist())
    for _, together in groupby(rows, key=itemgetter("batch")):
        posts, rejects = seen.sort_out([_stand_in(row) for row in together])
        decided = [{"place": post["src_row"], "note": post["notes"][-1]} for post in posts if post["notes"]]
        decided += [{"place": gone["src_row"], "kept_post_id": gone["kept_post_id"], "said": gone["excerpt"]} for gone in rejects]
        yield pa.RecordBatch.from_pylist(decided, schema=DECIDED)


def _stand_in(row: dict[str, Any]) -> Record:
    """Return what `Duplicates` asks of the post in *row*: its text as long as the real one, and known only as far as it is compared or shown."""
    return row | {"text": row["beginning"] and row["beginning"].ljust(row["characters"]), "_keys": row["keys"], "src_file": "", "src_row": row["place"], "notes": []}


# ---------------------------------------------------------------- judge


def _schemas() -> dict[str, pa.Schema]:
    """Return the Arrow types of the tables a batch is judged into."""
    return {name: unpack_arrow(pack_frame(pd.DataFrame(columns=list(TABLES[name])), name, "parquet")).schema for name in (*JUDGED_TABLES, "accounts")}


SCHEMAS = _schemas()
# A row of any of the tables, under its table's name; the others are null.
JUDGED = pa.schema([("place", pa.int64()), *((name, pa.struct(SCHEMAS[name])) for name in JUDGED_TABLES)])


def _judge(settled: DataFrame, decided: DataFrame, bundle: Bundle, empty: list[dict[str, Any]], spark: SparkSession) -> DataFrame:
    """Return JUDGED: a row a row of posts, leads, rejects, and of what the posts of a part of the export count for their accounts."""
    everything = settled.unionByName(spark.createDataFrame(pa.Table.from_pylist(empty, schema=SETTLED)))
    rows = everything.select("place", "reason", "excerpt", "digest", *JUDGED_COLUMNS).join(decided, "place", "left")
    return rows.mapInArrow(_given(_judge_rows, bundle), from_arrow_schema(JUDGED))


def _judge_rows(batches: Iterable[pa.RecordBatch], bundle: Bundle) -> Iterator[pa.RecordBatch]:
    """Yield JUDGED of *batches*: the posts, leads and rejects of each slice, and at the end the tallies of all."""
    settings, _ = _received(bundle)
    tallies = []
    for batch in batches:
        for few in _slices(batch):
            rows = few.to_pylist()
            posts = [_with_note(row) for row in rows if row["reason"] is None and row["kept_post_id"] is None]
            rejects = [_as_reject(row) for row in rows if row["reason"] is not None or row["kept_post_id"] is not None]
            packed = judge_batch(Batch(with_digests(posts_from_rows(posts)), rejects_table(rejects)), settings)
            judged = {name: piece for name, (piece, _) in packed.pieces.items()}
            tallies.append(Tally(*(unpack_columns(judged[name]) for name in KEPT)))
            yield from _laid("posts", unpack_arrow(judged["posts"]), [post["place"] for post in posts])
            yield from _laid("leads", unpack_arrow(judged["leads"]))
            yield from _laid("rejects", unpack_arrow(judged["rejects"]), [gone["place"] for gone in rejects])
    merged = merge_tallies(tallies)
    for name, columns in zip(KEPT, merged, strict=True):
        yield from _laid(name, pa.table(columns, schema=SCHEMAS[name]))


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield *batch* in slices of some SLICE_BYTES of text."""
    sizes = pc.fill_null(pc.binary_length(batch["text"]), 0).to_numpy(zero_copy_only=False)
    cuts = np.flatnonzero(np.diff(np.cumsum(sizes, dtype=np.int64) // SLICE_BYTES)) + 1
    yield from (batch.slice(start, end - start) for start, end in pairwise([0, *cuts.tolist(), len(batch)]))


def _with_note(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"notes": notes_text([*json.loads(row["notes"] or "[]"), row["note"]])} if row["note"] else row


def _as_reject(row: dict[str, Any]) -> dict[str, Any]:
    return row if row["reason"] is not None else row | {"reason": "duplicate", "excerpt": row["said"]}


def _laid(name: str, rows: pa.Table, places: list[int] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield *rows* of table *name* as JUDGED, if there are any; *places* are theirs."""
    for batch in rows.combine_chunks().to_batches():
        columns = {name: batch.to_struct_array()} | ({"place": pa.array(places, pa.int64())} if places else {})
        yield pa.RecordBatch.from_arrays([columns.get(field.name, pa.nulls(len(batch), field.type)) for field in JUDGED], schema=JUDGED)


# ---------------------------------------------------------------- gather


def _write_tables(judged: DataFrame, out: str, bundle: Bundle) -> None:
    """Write the four tables: posts and rejects in the order read, accounts worst first, leads account by account."""
    posts, leads, rejects = (judged.where(F.col(name).isNotNull()) for name in ("posts", "leads", "rejects"))
    tables = {
        "posts": posts.orderBy("place").select("posts.*"),
        "leads": leads.select("leads.*").orderBy("account_key", "post_id", "field", "start", "end", "kind"),
        "rejects": rejects.orderBy("place", "rejects.src_row").select("rejects.*"),
        "accounts": _accounts(judged, posts, bundle),
    }
    for name, rows in tables.items():
        rows.write.mode("overwrite").parquet(f"{out}/{name}.parquet")


def _accounts(judged: DataFrame, posts: DataFrame, bundle: Bundle) -> DataFrame:
    """Return the accounts, worst first. An account has a row for each part of the export in which it has posts, however many posts that are."""
    # Parts come in no order: the spelling an account had first is found by place.
    spelled = posts.groupBy(F.col("posts.account_key").alias("account")).agg(
        *(F.expr(f"min_by(posts.{name}, place) filter (where posts.{name} <> '')").alias(name) for name in ("account_id", "account_name"))
    )
    named = F.struct(*(F.col(name) if name in ("account_id", "account_name") else F.col(f"tallies.{name}") for name in TABLES["tallies"]))
    counts = judged.where("tallies is not null").join(spelled, F.col("tallies.account_key") == spelled.account).select("account", named.alias("tallies"))
    tops = judged.where("tops is not null").select(F.col("tops.account_key").alias("account"), "tops")
    parts = counts.unionByName(tops, allowMissingColumns=True).repartition("account")
    accounts = parts.mapInArrow(_given(_gather, bundle), from_arrow_schema(SCHEMAS["accounts"]))
    order = F.array_position(F.array(*map(F.lit, sorted(VERDICT_ORDER, key=VERDICT_ORDER.__getitem__))), F.col("verdict"))
    return accounts.orderBy(order, F.coalesce("score", F.lit(0.0)).desc(), "account_key")


def _gather(batches: Iterable[pa.RecordBatch], bundle: Bundle) -> Iterator[pa.RecordBatch]:
    """Yield the accounts of *batches* (account, tallies, tops), which hold all there is of each."""
    settings, model = _received(bundle)
    held = list(batches)
    if not held:
        return
    parts = pa.Table.from_batches(held)
    tally = Tally(*(_columns(parts[name], name) for name in KEPT))
    lists = read_lists(settings.lists) if settings.lists else None
    # Two parts, as one alone is taken to be merged already.
    merged = merge_tallies([tally, Tally(*({name: [] for name in columns} for columns in tally))])
    accounts = accounts_table(merged, model, amend=(lambda row: apply_to_account(row, lists)) if lists else lambda row: row)
    yield from unpack_arrow(pack_frame(accounts, "accounts", "parquet")).to_batches()


def _columns(rows: pa.ChunkedArray, name: str) -> dict[str, list[Any]]:
    """Return those of *rows*, structs of table *name*, that are there, as `unpack_columns` gives them."""
    columns: dict[str, list[Any]] = pa.Table.from_struct_array(rows.filter(rows.is_valid()).cast(pa.struct(SCHEMAS[name]))).to_pydict()
    return columns


# ---------------------------------------------------------------- tell


def _count(spark: SparkSession, out: str) -> dict[str, Any]:
    """Return by table what was written: read from the tables themselves, as what tasks counted on their way may be counted twice."""
    asked = {"posts": ("verdict", "body_state"), "rejects": ("reason",), "leads": ("kind",), "accounts": ("verdict",)}
    counts = {}
    for name, columns in asked.items():
        groups = spark.read.schema(from_arrow_schema(SCHEMAS[name])).parquet(f"{out}/{name}.parquet").groupBy(*columns).count().collect()
        by: dict[str, Counter[str]] = {column: Counter() for column in columns}
        for group in groups:
            for column in columns:
                by[column][group[column]] += group["count"]
        counts[name] = Counted(sum(group["count"] for group in groups), by)
    return counts


class Counted(NamedTuple):
    """How many rows a table has, and how many for each value of some columns."""

    rows: int
    by: dict[str, Counter[str]]


def _tell(model: Model, settings: Settings, files: list[File], counts: dict[str, Counted], seconds: float) -> dict[str, Any]:
    """Return what ``run.json`` says, as `account_of_run` says it of a run on one machine."""
    options = {"exports": sorted({str(file.source.root or file.source.name) for file in files}), "model": settings.model, "point": settings.point, "format": "parquet", "engine": "spark", "reveal": settings.reveal, "columns": dict(settings.columns), "lists": settings.lists}
    heading = {"version": version("bijian"), "model": {"name": model.name, "digest": model.digest}, "options": options}
    counted = {"verdicts": counts["posts"].by["verdict"], "body_states": counts["posts"].by["body_state"], "reject_reasons": counts["rejects"].by["reason"]}
    pieces = {name: Piece(0, 0, 0, counts[name].rows) for name in TABLES_OF_USER}
    run = account_of_run(model, heading, [Entry(0, 0, pieces, {name: dict(counter) for name, counter in counted.items()})], seconds)
    run["counts"]["accounts"] = dict(sorted(counts["accounts"].by["verdict"].items()))
    return run


# ---------------------------------------------------------------- small things


def _file_of(place: str) -> Any:
    return F.shiftright(place, ROW_BITS)


def _longs(names: Sequence[str], rows: Sequence[Sequence[int]]) -> pa.Table:
    return pa.table({name: pa.array([row[n] for row in rows], pa.int64()) for n, name in enumerate(names)})


def _given(function: Callable[[Iterable[pa.RecordBatch], Any], Iterator[pa.RecordBatch]], known: Any) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return *function* of batches alone, with what is *known* on the driver."""
    return lambda batches: function(batches, known)


def _plain_uri(uri: str) -> str:
    """Return *uri* as Hadoop writes a path: not quoted, one slash after ``file:``."""
    return re.sub("^file:/+", "file:/", unquote(uri))


def _hadoop(spark: SparkSession, path: str) -> tuple[Any, Any]:
    """Return the file system of *path* and the path in full, in the JVM's own types: pyspark has no door to them."""
    jvm: Any = spark._jvm  # noqa: SLF001
    jvm_path = jvm.org.apache.hadoop.fs.Path(path)
    system = jvm_path.getFileSystem(spark._jsc.hadoopConfiguration())  # noqa: SLF001
    return system, system.makeQualified(jvm_path)


def _remove(spark: SparkSession, path: str) -> None:
    system, full = _hadoop(spark, path)
    system.delete(full, True)


def _write_text(spark: SparkSession, path: str, text: str) -> None:
    system, full = _hadoop(spark, path)
    stream = system.create(full, True)
    stream.write(bytearray(text.encode()))
    stream.close()
