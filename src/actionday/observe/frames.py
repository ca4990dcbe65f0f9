"""How a parser process talks: frames of a JSON header and Arrow streams. Nothing is ever unpickled from a parser.

A frame is: uint32 length of the header, the header (UTF-8 JSON, `tables` = [[name, bytes], …]), then each table as an
Arrow IPC stream. Requests to the parser are one JSON line each.
"""

import json
import struct
from collections.abc import Mapping
from typing import IO, Any

import pyarrow as pa

_MOST_HEADER = 64 << 20


def send(stream: IO[bytes], header: Mapping[str, Any], tables: Mapping[str, pa.Table] | None = None) -> None:
    """Write one frame."""
    bodies = {name: _stream(table) for name, table in (tables or {}).items()}
    text = json.dumps({**header, "tables": [[name, len(body)] for name, body in bodies.items()]}).encode()
    stream.write(struct.pack("<I", len(text)))
    stream.write(text)
    for body in bodies.values():
        stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Read one frame. Raises EOFError when the sender is gone."""
    length = struct.unpack("<I", _exactly(stream, 4))[0]
    if length > _MOST_HEADER:
        raise EOFError("the parser sent a header that is too long")
    header = json.loads(_exactly(stream, length))
    tables = {}
    for name, size in header.pop("tables"):
        with pa.ipc.open_stream(pa.py_buffer(_exactly(stream, size))) as reader:
            tables[name] = reader.read_all()
    return header, tables


def _stream(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise EOFError("the parser process ended")
    return data
