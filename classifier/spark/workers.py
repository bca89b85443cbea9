"""What workers judge with: model and lists, sent to each of them once, and held to be the driver's."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql import SparkSession

from classifier.errors import ModelFileError
from classifier.model.bundle import FILES, Model
from classifier.outcome.lists import read_lists
from classifier.outcome.run import Settings, model_at


class Bundle(NamedTuple):
    """What workers judge with: the *name* under which model and lists were sent to them, the model's *digest*, the driver's *version*, and what was asked for."""

    name: str
    digest: str
    version: str
    point: str
    reveal: bool
    has_lists: bool


@cache
def _outbox() -> Path:
    """Return a folder that is there until this process ends: a session fetches what it was sent for every worker that joins, and forgets nothing."""
    folder = tempfile.mkdtemp(prefix="bijian-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def send(spark: SparkSession, model: Model, settings: Settings) -> Bundle:
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
def received(bundle: Bundle) -> tuple[Settings, Model]:
    """Return the settings to judge with on this worker, and the model: loaded once in each. Raises ModelFileError if it is not the driver's."""
    folder = Path(SparkFiles.get(bundle.name))
    if version("bijian") != bundle.version:
        raise ModelFileError(f"this worker has bijian {version('bijian')} and the driver {bundle.version}; install the same version on every machine")
    settings = Settings(str(folder / "model"), "parquet", 1, bundle.reveal, {}, point=bundle.point, lists=str(folder / "lists") if bundle.has_lists else None)
    model = model_at(settings.model, settings.point)
    if model.digest != bundle.digest:
        raise ModelFileError(f"the model on this worker has digest {model.digest} and the driver's {bundle.digest}; start again")
    return settings, model


def given(function: Callable[[Iterable[pa.RecordBatch], Any], Iterator[pa.RecordBatch]], known: Any) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return *function* of batches alone, with what is *known* on the driver."""
    return lambda batches: function(batches, known)
