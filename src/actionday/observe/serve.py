"""Answers a parser process gives: recognise, unpack, parts, read. Foreign files are only ever opened here.

Requests come as JSON lines `{"do": "recognise"|"unpack"|"parts"|"read", …}`; every request is answered by frames and a last
frame `{"end": true, "error": …}`. Standard output belongs to the frames: what a library prints goes to standard error.
"""

import gc
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from actionday.observe import frames, pipeline, registry, unpack
from actionday.observe.isolate import Isolation
from actionday.observe.requests import part_from, source_from
from actionday.observe.treatment import Treatment
from actionday.records import ActiondayError

HEAD_BYTES = 65_536
Answer = tuple[dict[str, Any], dict[str, pa.Table]]


def _recognise(request: Mapping[str, Any]) -> Iterator[Answer]:
    for path, name in request["files"]:
        with Path(path).open("rb") as file:
            head = file.read(HEAD_BYTES)
        opinions = [[who, asdict(opinion)] for who, opinion in registry.recognise(head, name)]
        yield {"name": name, "opinions": opinions}, {}


def _unpack(request: Mapping[str, Any]) -> Iterator[Answer]:
    limits = unpack.Limits(**request["limits"])
    for member in unpack.unpack(Path(request["path"]), Path(request["into"]), limits, request.get("password")):
        yield asdict(member), {}


def _parts(request: Mapping[str, Any]) -> Iterator[Answer]:
    for part in registry.reader_named(request["reader"]).parts(source_from(request["source"])):
        yield {"part": asdict(part)}, {}


def _read(request: Mapping[str, Any]) -> Iterator[Answer]:
    source = source_from(request["source"])
    treatment = Treatment.from_json(request["treatment"])
    reader = registry.reader_named(request["reader"])
    for chunk in reader.read(source, part_from(request["part"])):
        finished = pipeline.finish(chunk, source, treatment)
        yield (
            {"refused": [asdict(refused) for refused in finished.refused], "dropped": finished.dropped},
            finished.tables,
        )


_VERBS = {"recognise": _recognise, "unpack": _unpack, "parts": _parts, "read": _read}


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until standard input ends. An error ends its request, not the process."""
    for line in requests:
        request = json.loads(line)
        error: str | None = None
        try:
            for header, tables in _VERBS[request["do"]](request):
                frames.send(answers, header, tables)
        except MemoryError:
            error = "ran out of the memory a parser is allowed"
        except (ActiondayError, OSError, ValueError, pa.ArrowException, RecursionError) as caught:
            error = f"{type(caught).__name__}: {caught}"[:500]
        except (
            Exception
        ) as caught:  # a parser's own fault: named, and the file is reported, never a traceback for the user
            error = f"the parser failed with {caught!r}; please report this"[:500]
        frames.send(answers, {"end": True, "error": error})


def serve_standard_streams(isolation: Isolation) -> None:
    """Serve on standard input and output, with the start-up objects kept out of Python's garbage collector."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    pa.set_cpu_count(1)
    gc.freeze()
    frames.send(answers, {"isolation": asdict(isolation)})
    try:
        serve(sys.stdin.buffer, answers)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
