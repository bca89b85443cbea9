"""Score Parquet folders into Parquet folders: settle, match, judge, gather, and run.json last."""

from __future__ import annotations

import json
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from classifier.errors import RunError
from classifier.model.bundle import Model
from classifier.outcome.journal import Entry, Piece
from classifier.outcome.run import TABLES_OF_USER, Settings, account_of_run, model_at
from classifier.spark.gather import Counted, count_tables, write_tables
from classifier.spark.judge import judge
from classifier.spark.match import match
from classifier.spark.session import hadoop, plain_uri, remove, said_in_a_line, session, write_text, written
from classifier.spark.settle import File, file_of, read_rows, rejects_of_empty
from classifier.spark.workers import send

UNFINISHED = ".unfinished"


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
    with session(master) as spark, said_in_a_line():
        bundle = send(spark, model, settings)
        files, rows = read_rows(spark, paths, settings)
        ours = Path(plain_uri(hadoop(spark, out)[1].toString()))
        if any(ours in file.source.path.parents for file in files):
            raise RunError(f"the export lies in {out}, where the tables are to go; name another folder with --out")
        remove(spark, f"{out}/run.json")
        settled = written(spark, rows, f"{out}/{UNFINISHED}/settled")
        runs = settled.groupBy(file_of("place").alias("file"), "run").count().collect()
        empty = rejects_of_empty(files, {run["file"] for run in runs})
        decided = written(spark, match(spark, settled, runs, empty, f"{out}/{UNFINISHED}/matched"), f"{out}/{UNFINISHED}/decided")
        judged = written(spark, judge(settled, decided, bundle, empty, spark), f"{out}/{UNFINISHED}/judged")
        write_tables(judged, out, bundle)
        counts = count_tables(spark, out)
        rows_read = sum(run["count"] for run in runs) + len(empty)
        if rows_read != counts["posts"].rows + counts["rejects"].rows:
            raise RunError(f"{rows_read} rows were read and {counts['posts'].rows} posts and {counts['rejects'].rows} rejects written; please report it, and score again")
        run = _tell(model, settings, files, counts, time.perf_counter() - clock)
        write_text(spark, f"{out}/run.json", json.dumps(run, ensure_ascii=False, indent=1, default=str) + "\n")
        remove(spark, f"{out}/{UNFINISHED}")
    return run


def _tell(model: Model, settings: Settings, files: list[File], counts: dict[str, Counted], seconds: float) -> dict[str, Any]:
    """Return what ``run.json`` says, as `account_of_run` says it of a run on one machine."""
    options = {"exports": sorted({str(file.source.root or file.source.name) for file in files}), "model": settings.model, "point": settings.point, "format": "parquet", "engine": "spark", "reveal": settings.reveal, "columns": dict(settings.columns), "lists": settings.lists}
    heading = {"version": version("bijian"), "model": {"name": model.name, "digest": model.digest}, "options": options}
    counted = {"verdicts": counts["posts"].by["verdict"], "body_states": counts["posts"].by["body_state"], "reject_reasons": counts["rejects"].by["reason"]}
    pieces = {name: Piece(0, 0, 0, counts[name].rows) for name in TABLES_OF_USER}
    run = account_of_run(model, heading, [Entry(0, 0, pieces, {name: dict(counter) for name, counter in counted.items()})], seconds)
    run["counts"]["accounts"] = dict(sorted(counts["accounts"].by["verdict"].items()))
    return run
