"""Parquet, row group by row group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record, Source
    from classifier.intake.tables import NumberedRow


def read_parquet(source: Source) -> Iterator[list[Record]]:
    """Chunks of records of a Parquet file; rows are numbered from 1, the heading is not one of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(source.path, memory_map=False, pre_buffer=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ExportError(f"{source.name}: not readable as Parquet ({error})") from None
    with file:
        yield from read_rows(_rows(file, source), source, shape="Parquet")


def _rows(file: Any, source: Source) -> Iterator[NumberedRow]:
    import pyarrow as pa

    names = [str(name) for name in file.schema_arrow.names]
    yield 0, names
    number = 0
    try:
        for batch in file.iter_batches(batch_size=2_000):
            columns = [[_plain(value) for value in column.to_pylist()] for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, cells
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError, OverflowError) as error:
        raise ExportError(f"{source.name}: unreadable after row {number} ({error})") from None


def _plain(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
