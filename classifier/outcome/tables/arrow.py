"""Rows as an Arrow stream: how a piece of a table lies in the journal when its format is not one of text; and the memory Arrow holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from classifier.outcome.columns import Column

if TYPE_CHECKING:
    import pyarrow as pa


def schema_of(columns: Mapping[str, Column]) -> pa.Schema:
    import pyarrow as pa

    passage = pa.struct([("field", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("quote", pa.string()), ("weight", pa.float64()), ("list", pa.string())])
    types = {
        "text": pa.string(),
        "id": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "texts": pa.list_(pa.string()),
        "passages": pa.list_(passage),
    }
    return pa.schema([(name, types[column.kind]) for name, column in columns.items()])


def pack_arrow(cells: list[list[Any]], columns: Mapping[str, Column]) -> bytes:
    """Return *cells* as one Arrow stream."""
    import pyarrow as pa

    schema = schema_of(columns)
    sink = pa.BufferOutputStream()
    # As it is: it lies in the journal for a while and is then written in its format.
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_arrays([pa.array(values, type=field.type) for values, field in zip(cells, schema, strict=True)], schema=schema))
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def cells_of(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """Return *column* as Python; a passage no list acted on says nothing of lists, as in the other formats."""
    import pyarrow as pa

    cells: list[Any] = column.to_pylist()
    if pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type):
        return [cell and [{name: value for name, value in passage.items() if name != "list" or value} for passage in cell] for cell in cells]
    return cells


def unpack_arrow(piece: bytes) -> pa.Table:
    """Return the rows of an Arrow stream, as `pack_frame` makes one of a table as Parquet."""
    import pyarrow as pa

    return pa.ipc.open_stream(piece).read_all()


def give_back() -> None:
    """Return to the system what one step is done with: kept, it comes in pieces too small for the next, whose memory would come on top of it."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
