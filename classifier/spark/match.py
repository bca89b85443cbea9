"""Rows that share a key are held against each other, by what finds duplicates on one machine, in the order of the export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (so everybody calls it)
from pyspark.sql.pandas.types import from_arrow_schema
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from classifier.intake.duplicates import Duplicates
from classifier.intake.export import is_batch
from classifier.intake.source import CHUNK_ROWS, Record
from classifier.spark.session import written
from classifier.spark.settle import MATCHED, ROW_BITS, file_of

DECIDED = pa.schema([("place", pa.int64()), ("kept_post_id", pa.string()), ("said", pa.string()), ("note", pa.string())])


def match(spark: SparkSession, settled: DataFrame, runs: list[Any], empty: list[dict[str, Any]], folder: str) -> DataFrame:
    """
    Return what sets rows apart that share a key with another: DECIDED, a row a duplicate (``kept_post_id``) or fuller copy (``note``).

    What hangs together through keys comes into one part, and each part is a small export of its own: `Duplicates` goes through
    it in the order read, in the batches of a run on one machine.
    """
    # A hash that two keys share only brings strangers into one part.
    keys = settled.select("place", F.explode("keys").alias("key")).select("place", F.xxhash64("key").alias("key"))
    shared = keys.groupBy("key").count().where("count > 1").select("key")
    rows = written(spark, keys.join(shared, "key", "left_semi").groupBy("place").agg(F.sort_array(F.collect_set("key")).alias("keys")), folder)
    linked = rows.where("size(keys) > 1").select(F.col("keys")[0].alias("key"), F.explode(F.expr("slice(keys, 2, size(keys))")).alias("other")).distinct()
    parts = spark.createDataFrame(_parts(linked.toArrow()))
    parted = rows.select("place", F.col("keys")[0].alias("key")).join(parts, "key", "left").select("place", F.coalesce("part", "key").alias("part"))
    batches = spark.createDataFrame(_batches(settled, runs, empty, spark))
    here = (file_of("place") == F.col("file")) & F.col("place").between(F.col("first_place"), F.col("last_place"))
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
    counted = settled.withColumn("file", file_of("place")).join(F.broadcast(begun), ["file", "run"])
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


def _longs(names: Sequence[str], rows: Sequence[Sequence[int]]) -> pa.Table:
    return pa.table({name: pa.array([row[n] for row in rows], pa.int64()) for n, name in enumerate(names)})
