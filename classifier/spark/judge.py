"""Posts are judged where the rows are, as `judge_batch` judges them, and tallied beside: an account with half of all posts costs nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from classifier.intake.plain import notes_text
from classifier.intake.posts import Batch, posts_from_rows, rejects_table
from classifier.outcome.accounts import Tally, merge_tallies
from classifier.outcome.columns import TABLES
from classifier.outcome.run import JUDGED_COLUMNS, KEPT, judge_batch, with_digests
from classifier.outcome.tables.arrow import unpack_arrow
from classifier.outcome.tables.write import pack_frame, unpack_columns
from classifier.spark.settle import SETTLED
from classifier.spark.workers import Bundle, given, received

# Bytes of text judged at a time: two thousand posts of the greatest length would be hundreds of megabytes.
SLICE_BYTES = 8 << 20
JUDGED_TABLES = ("posts", "leads", "rejects", *KEPT)


def _schemas() -> dict[str, pa.Schema]:
    """Return the Arrow types of the tables a batch is judged into."""
    return {name: unpack_arrow(pack_frame(pd.DataFrame(columns=list(TABLES[name])), name, "parquet")).schema for name in (*JUDGED_TABLES, "accounts")}


SCHEMAS = _schemas()
# A row of any of the tables, under its table's name; the others are null.
JUDGED = pa.schema([("place", pa.int64()), *((name, pa.struct(SCHEMAS[name])) for name in JUDGED_TABLES)])


def judge(settled: DataFrame, decided: DataFrame, bundle: Bundle, empty: list[dict[str, Any]], spark: SparkSession) -> DataFrame:
    """Return JUDGED: a row a row of posts, leads, rejects, and of what the posts of a part of the export count for their accounts."""
    everything = settled.unionByName(spark.createDataFrame(pa.Table.from_pylist(empty, schema=SETTLED)))
    rows = everything.select("place", "reason", "excerpt", "digest", *JUDGED_COLUMNS).join(decided, "place", "left")
    return rows.mapInArrow(given(_judge_rows, bundle), from_arrow_schema(JUDGED))


def _judge_rows(batches: Iterable[pa.RecordBatch], bundle: Bundle) -> Iterator[pa.RecordBatch]:
    """Yield JUDGED of *batches*: the posts, leads and rejects of each slice, and at the end the tallies of all."""
    settings, _ = received(bundle)
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
