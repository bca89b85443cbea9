"""The tallies are merged into accounts, the tables written, and what was written counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (so everybody calls it)
from pyspark.sql.pandas.types import from_arrow_schema

from classifier.outcome.accounts import VERDICT_ORDER, Tally, accounts_table, merge_tallies
from classifier.outcome.columns import TABLES
from classifier.outcome.lists import apply_to_account, read_lists
from classifier.outcome.run import KEPT
from classifier.outcome.tables.arrow import unpack_arrow
from classifier.outcome.tables.write import pack_frame
from classifier.spark.judge import SCHEMAS
from classifier.spark.workers import Bundle, given, received


def write_tables(judged: DataFrame, out: str, bundle: Bundle) -> None:
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
    accounts = parts.mapInArrow(given(_gather, bundle), from_arrow_schema(SCHEMAS["accounts"]))
    order = F.array_position(F.array(*map(F.lit, sorted(VERDICT_ORDER, key=VERDICT_ORDER.__getitem__))), F.col("verdict"))
    return accounts.orderBy(order, F.coalesce("score", F.lit(0.0)).desc(), "account_key")


def _gather(batches: Iterable[pa.RecordBatch], bundle: Bundle) -> Iterator[pa.RecordBatch]:
    """Yield the accounts of *batches* (account, tallies, tops), which hold all there is of each."""
    settings, model = received(bundle)
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


class Counted(NamedTuple):
    """How many rows a table has, and how many for each value of some columns."""

    rows: int
    by: dict[str, Counter[str]]


def count_tables(spark: SparkSession, out: str) -> dict[str, Any]:
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
