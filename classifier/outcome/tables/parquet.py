"""Parquet: columns with their types, every text as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.errors import RunError
from classifier.outcome.columns import Column
from classifier.outcome.disk import DiskFile

if TYPE_CHECKING:
    import pyarrow as pa

from classifier.outcome.tables import pieces
from classifier.outcome.tables.arrow import cells_of, pack_arrow, schema_of, unpack_arrow
from classifier.outcome.tables.pieces import Rows


class ParquetWriter:
    """Parquet with the types of the kinds, every text as it is."""

    # Rows of a group, few of those that hold texts. The bytes must not depend on the pieces the rows came in, so they are gathered to whole groups.
    GROUP = 16384
    GROUP_OF_TEXTS = 4096

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column], /) -> bytes:
        return pack_arrow(cells, columns)

    def __init__(self, file: DiskFile, table: str, columns: Mapping[str, Column]) -> None:
        import pyarrow.parquet as pq

        self.cut = 0
        self._group = self.GROUP_OF_TEXTS if table == "texts" else self.GROUP
        self._waiting: list[pa.Table] = []
        # A dictionary pays where values come again; of texts, titles and addresses it would only be built to be thrown away.
        again = [name for name in columns if name not in {"text", "title", "url", "post_id", "evidence", "excerpt", "value", "reason", "reason_en"}]
        # Texts are read back at once, and packed quickly they would be hardly smaller; nobody looks for one by the least and the greatest of a group.
        packing = {name: "none" if name == "text" else "zstd" for name in columns}
        self._file = pq.ParquetWriter(file, schema_of(columns), compression=packing, use_dictionary=again, write_statistics=table != "texts")

    def write(self, piece: bytes) -> None:
        self._waiting.append(unpack_arrow(piece))
        held = sum(table.num_rows for table in self._waiting)
        if held >= self._group:
            self._write_rows(held - held % self._group)

    def _write_rows(self, whole: int) -> None:
        """Write the first *whole* of the rows that wait."""
        import pyarrow as pa

        rows = pa.concat_tables(self._waiting).combine_chunks()
        self._file.write_table(rows.slice(0, whole), row_group_size=self._group)
        self._waiting = [rows.slice(whole)]

    def close(self) -> None:
        held = sum(table.num_rows for table in self._waiting)
        if held:
            self._write_rows(held)
        self._file.close()


def read_parquet(path: Path, _table: str) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            names = list(file.schema_arrow.names)
            some = False
            for batch in file.iter_batches(batch_size=pieces.FRAME_ROWS):
                yield names, list(zip(*map(cells_of, batch.columns), strict=True))
                some = True
            if not some:
                yield names, []
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def iterate_arrow(folder: str | Path, name: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """
    Yield *columns* of table *name*, which is there as Parquet, in pieces, in order: without a Python object a cell, for who counts all and looks at few.

    Memory does not grow with the table: nothing is read ahead, which would keep all that was read.

    Raises RunError if the table is missing, damaged or lacks a column. The message names the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(folder) / f"{name}.parquet"
    if not path.is_file():
        raise RunError(f"{folder} holds no {path.name}; give a folder that `bijian score` wrote")
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            missing = sorted(set(columns) - set(file.schema_arrow.names))
            if missing:
                raise RunError(f"{path} lacks {', '.join(missing)}; score the export again")
            for batch in file.iter_batches(batch_size=pieces.FRAME_ROWS, columns=list(columns)):
                yield pa.Table.from_batches([batch]).select(list(columns))
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"{path} cannot be read: {error}; score the export again") from error
