"""The Spark session: how it is set up, what is said when it fails, and the folders it reads and writes, wherever they are."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkRuntimeError, PythonException
from pyspark.sql import DataFrame, SparkSession

from classifier.errors import RunError

BATCH_ROWS = 2_000
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


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
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
def said_in_a_line() -> Iterator[None]:
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


def written(spark: SparkSession, rows: DataFrame, path: str) -> DataFrame:
    """Return *rows* as they lie in the folder *path*, where they are written: what follows never computes them again."""
    rows.write.mode("overwrite").parquet(path)
    return spark.read.schema(rows.schema).parquet(path)


def hadoop(spark: SparkSession, path: str) -> tuple[Any, Any]:
    """Return the file system of *path* and the path in full, in the JVM's own types: pyspark has no door to them."""
    jvm: Any = spark._jvm  # noqa: SLF001
    jvm_path = jvm.org.apache.hadoop.fs.Path(path)
    system = jvm_path.getFileSystem(spark._jsc.hadoopConfiguration())  # noqa: SLF001
    return system, system.makeQualified(jvm_path)


def plain_uri(uri: str) -> str:
    """Return *uri* as Hadoop writes a path: not quoted, one slash after ``file:``."""
    return re.sub("^file:/+", "file:/", unquote(uri))


def remove(spark: SparkSession, path: str) -> None:
    """Remove the file or folder *path* with all that is in it, if it is there."""
    system, full = hadoop(spark, path)
    system.delete(full, True)


def write_text(spark: SparkSession, path: str, text: str) -> None:
    """Write *text* to the file *path*, whatever was there."""
    system, full = hadoop(spark, path)
    stream = system.create(full, True)
    stream.write(bytearray(text.encode()))
    stream.close()
