"""Every row of the export becomes a post or a reject, once, with its place: whatever follows sees the same posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (so everybody calls it)
from pyspark.sql.pandas.types import from_arrow_schema

from classifier.errors import ExportError
from classifier.intake.layout import UNKNOWN_TABLE, Layout, normalised
from classifier.intake.plain import notes_text
from classifier.intake.posts import EXCERPT_LIMIT
from classifier.intake.source import Source
from classifier.intake.tables import SAMPLE_ROWS, refusal, settled_rows, understood
from classifier.outcome.columns import describe_column
from classifier.outcome.run import JUDGED_COLUMNS, Settings
from classifier.spark.session import hadoop, plain_uri
from classifier.spark.workers import given

# A row's place in the export: the number of its file, then so many bits for its row. Places sort as the export is read.
ROW_BITS = 40


class File(NamedTuple):
    """A file of the export, its number in the order of reading, and how its table is understood."""

    number: int
    source: Source
    headings: list[str]
    layout: Layout


# What is asked of a row to hold it against others; its text is `beginning` and `characters`, so that no text is read for it.
MATCHED = {"place": pa.int64(), "keys": pa.list_(pa.string()), "account_key": pa.string(), "post_id": pa.string(), "title": pa.string(), "beginning": pa.string(), "characters": pa.int64(), "body_state": pa.string()}
SETTLED = pa.schema(
    {"run": pa.int64(), "nth": pa.int64(), "reason": pa.string(), "excerpt": pa.string(), "digest": pa.string()}
    | {name: pa.int64() if describe_column("posts", name).kind == "integer" else pa.string() for name in JUDGED_COLUMNS}
    | MATCHED
)


def read_rows(spark: SparkSession, paths: list[str], settings: Settings) -> tuple[list[File], DataFrame]:
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
        root = plain_uri(hadoop(spark, path)[1].toString())
        uris = sorted(map(plain_uri, table.inputFiles()), key=lambda uri: PurePosixPath(uri).parts)
        alone = PurePosixPath(path).name if last_names[PurePosixPath(path).name] <= 1 else path
        names = {uri: called.setdefault(uri, alone if uri == root else uri.removeprefix(root).lstrip("/")) for uri in uris}
        sources = {uri: Source(Path(uri), name, dict(settings.columns), "" if uri == root else PurePosixPath(root).name) for uri, name in names.items()}
        rows = table.select(F.col("_metadata.file_path").alias("uri"), F.col("_metadata.row_index").alias("row"), F.struct("*").alias("cells"))
        layouts = _layouts(rows, table.columns, sources)
        here = {uri: File(len(files) + n, sources[uri], table.columns, layout) for n, (uri, layout) in enumerate(layouts.items())}
        files += here.values()
        parts.append(rows.mapInArrow(given(_settle, here), from_arrow_schema(SETTLED)))
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
        samples[plain_uri(uri)].append((row + 1, [known.get(heading) for heading in headings]))
    return {uri: understood(headings, samples[uri], source) for uri, source in sources.items()}


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
            file = files[plain_uri(uri)]
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


def rejects_of_empty(files: list[File], filled: set[int]) -> list[dict[str, Any]]:
    """Return a reject for each of *files* without a row, as SETTLED."""
    reason = {"reason": "empty", "excerpt": "no post in this file", "src_row": 1, "run": 1, "nth": 0}
    return [dict.fromkeys(SETTLED.names) | reason | {"place": (file.number << ROW_BITS) + 1, "src_file": file.source.name} for file in files if file.number not in filled]


def file_of(place: str) -> Any:
    return F.shiftright(place, ROW_BITS)
