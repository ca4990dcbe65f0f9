"""Answers a parser process gives: recognise, unpack, parts, read, whole, letter. Foreign files are only ever opened here.

Requests come as JSON lines `{"do": "recognise"|"unpack"|"parts"|"read"|"whole"|"letter", …}`; every request is answered by frames and a
last frame `{"end": true, "error": …}`. In between a frame `{"asks": "officers"}` asks back, once for a request and as late as
can be, since the file before may not be through yet; one JSON line answers it. Standard output belongs to the frames: what a
library prints goes to standard error.
"""

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa

from actionday.observe import frames, pipeline, registry, unpack
from actionday.observe.isolate import Isolation
from actionday.observe.reader import Part
from actionday.observe.requests import part_from, source_from
from actionday.observe.treatment import Treatment
from actionday.records import ActiondayError

HEAD_BYTES = 65_536
Answer = tuple[dict[str, Any], dict[str, pa.Table]]
Officers = Callable[[], frozenset[str]]


def _recognise(request: Mapping[str, Any], _: Officers) -> Iterator[Answer]:
    for path, name in request["files"]:
        with Path(path).open("rb") as file:
            head = file.read(HEAD_BYTES)
        opinions = [[who, asdict(opinion)] for who, opinion in registry.recognise(head, name)]
        yield {"name": name, "opinions": opinions}, {}


def _unpack(request: Mapping[str, Any], _: Officers) -> Iterator[Answer]:
    limits = unpack.Limits(**request["limits"])
    for member in unpack.unpack(Path(request["path"]), Path(request["into"]), limits, request.get("password")):
        yield asdict(member), {}


def _parts(request: Mapping[str, Any], _: Officers) -> Iterator[Answer]:
    for part in registry.reader_named(request["reader"]).parts(source_from(request["source"])):
        yield {"part": asdict(part)}, {}


def _read(request: Mapping[str, Any], officers: Officers) -> Iterator[Answer]:
    yield from _part(request, part_from(request["part"]), officers)


def _whole(request: Mapping[str, Any], officers: Officers) -> Iterator[Answer]:
    """A file's parts one after another, each between a frame `part` and a frame `part_end`; the first `skip` are passed over."""
    parts = registry.reader_named(request["reader"]).parts(source_from(request["source"]))
    for part in islice(parts, request["skip"], None):
        yield {"part": asdict(part)}, {}
        with _Error() as error:
            yield from _part(request, part, officers)
        yield {"part_end": True, "error": error.says}, {}


def _part(request: Mapping[str, Any], part: Part, officers: Officers) -> Iterator[Answer]:
    source = source_from(request["source"])
    treatment = Treatment.from_json(request["treatment"])
    for chunk in registry.reader_named(request["reader"]).read(source, part):
        finished = pipeline.finish(chunk, source, treatment, officers)
        yield (
            {"refused": [asdict(refused) for refused in finished.refused], "dropped": finished.dropped},
            finished.tables,
        )


def _letter(request: Mapping[str, Any], _: Officers) -> Iterator[Answer]:
    from actionday.observe.letters import read_letter  # brings what an import does without

    yield {"letter": read_letter(Path(request["path"])).to_json()}, {}


_VERBS = {
    "recognise": _recognise,
    "unpack": _unpack,
    "parts": _parts,
    "read": _read,
    "whole": _whole,
    "letter": _letter,
}


class _Error:
    """A context that ends with its first error, which it says (None if there was none): a part or a request ends, not the process."""

    says: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if isinstance(error, MemoryError):
            self.says = "ran out of the memory a parser is allowed"
        elif isinstance(error, (ActiondayError, OSError, ValueError, pa.ArrowException, RecursionError)):
            self.says = f"{type(error).__name__}: {error}"[:500]
        elif isinstance(error, Exception):  # a parser's own fault: the file is reported, never a traceback for the user
            self.says = f"the parser failed with {error!r}; please report this"[:500]
        return self.says is not None


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until standard input ends. An error ends its request, not the process."""

    def officers() -> frozenset[str]:
        frames.send(answers, {"asks": "officers"})
        if not (line := requests.readline()):
            raise BrokenPipeError  # nobody is there any more
        return frozenset(json.loads(line)["officers"])

    while line := requests.readline():
        request = json.loads(line)
        with _Error() as error:
            for header, tables in _VERBS[request["do"]](request, cache(officers)):
                frames.send(answers, header, tables)
        frames.send(answers, {"end": True, "error": error.says})


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
