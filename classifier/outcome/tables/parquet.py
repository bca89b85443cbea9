"""Parquet: columns with their types, every text as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.errors import RunError
from classifier.outcome.columns import Column
from classifier.outcome.disk import DiskFile

if TYPE_CHECKING:
    import pyarrow as pa

from classifier.outcome.tables import pieces
from classifier.outcome.tables.arrow import cells_of, give_back, pack_arrow, schema_of, unpack_arrow
from classifier.outcome.tables.pieces import Rows

# How a file is read that may be larger than memory: some hundred kilobytes of a column at a time, and nothing ahead, which would keep all that was read.
PIECEWISE: dict[str, Any] = {"pre_buffer": False, "buffer_size": 1 << 18}


class ParquetWriter:
    """Parquet with the types of the kinds, every text as it is."""

    # A group of rows ends with so many, or with the row whose text fills so many bytes: each column of each group is described in the footer, which is held
    # until the end, and so are the rows of a group. Where it ends must not depend on the pieces the rows came in.
    GROUP = 16384
    GROUP_BYTES = 8 << 20

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column], /) -> bytes:
        return pack_arrow(cells, columns)

    def __init__(self, file: DiskFile, table: str, columns: Mapping[str, Column]) -> None:
        import pyarrow.parquet as pq

        schema = schema_of(columns)
        self.cut = 0
        self._waiting = schema.empty_table()
        # A dictionary pays where values come again; of texts, titles and addresses it would only be built to be thrown away.
        again = [name for name in columns if name not in {"text", "title", "url", "post_id", "evidence", "excerpt", "value", "reason", "reason_en"}]
        # Texts are read back at once, and packed quickly they would be hardly smaller; nobody looks for one by the least and the greatest of a group.
        packing = {name: "none" if name == "text" else "zstd" for name in columns}
        self._file = pq.ParquetWriter(file, schema, compression=packing, use_dictionary=again, write_statistics=table != "texts")

    def write(self, piece: bytes) -> None:
        import pyarrow as pa

        rows = pa.concat_tables([self._waiting, unpack_arrow(piece)])
        ends = self._ends(rows)
        for begin, end in pairwise([0, *ends]):
            self._write_group(rows.slice(begin, end - begin))
        self._waiting = rows.slice(ends[-1]) if ends else rows
        if ends:
            give_back()

    def _ends(self, rows: pa.Table) -> list[int]:
        """Return where the whole groups of *rows* end; the first begins with them."""
        import pyarrow.compute as pc

        lengths = pc.fill_null(pc.binary_length(rows["text"]), 0).to_numpy() if "text" in rows.column_names else np.zeros(len(rows), dtype=np.int64)
        filled = np.cumsum(lengths, dtype=np.int64)
        ends: list[int] = []
        end = before = 0
        while (end := min(end + self.GROUP, int(np.searchsorted(filled, before + self.GROUP_BYTES)) + 1)) <= len(rows):
            ends.append(end)
            before = int(filled[end - 1])
        return ends

    def _write_group(self, rows: pa.Table) -> None:
        # In one piece: pages end otherwise with the pieces the rows came in.
        self._file.write_table(rows.combine_chunks(), row_group_size=self.GROUP)

    def close(self) -> None:
        if len(self._waiting):
            self._write_group(self._waiting)
        self._file.close()


def read_parquet(path: Path, _table: str) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, **PIECEWISE) as file:
            names = list(file.schema_arrow.names)
            some = False
            for batch in file.iter_batches(batch_size=pieces.FRAME_ROWS, use_threads=False):
                yield names, list(zip(*map(cells_of, batch.columns), strict=True))
                some = True
            if not some:
                yield names, []
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def iterate_arrow(folder: str | Path, name: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """
    Yield *columns* of table *name*, which is there as Parquet, in pieces, in order: without a Python object a cell, for who counts all and looks at few.

    Memory does not grow with the table (see `PIECEWISE`), and what was read goes back to the system at the end.

    Raises RunError if the table is missing, damaged or lacks a column. The message names the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(folder) / f"{name}.parquet"
    if not path.is_file():
        raise RunError(f"{folder} holds no {path.name}; give a folder that `bijian score` wrote")
    try:
        with pq.ParquetFile(path, **PIECEWISE) as file:
            missing = sorted(set(columns) - set(file.schema_arrow.names))
            if missing:
                raise RunError(f"{path} lacks {', '.join(missing)}; score the export again")
            for batch in file.iter_batches(batch_size=pieces.FRAME_ROWS, columns=list(columns), use_threads=False):
                yield pa.Table.from_batches([batch]).select(list(columns))
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"{path} cannot be read: {error}; score the export again") from error
    finally:
        give_back()
