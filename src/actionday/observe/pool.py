"""Parser processes and the work they are given. The parent keeps order, bounds what is under way, and survives a death.

Each process is served by one thread that only moves frames; a bounded queue for each task keeps a fast parser from
running ahead of a slow writer. A parser that dies or says nothing for `patience` seconds ends its task with an error
(the caller quarantines the rest of the part) and is replaced; a request for a whole file goes on with the parts after that one.
"""

import json
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import pyarrow as pa

from actionday.observe import frames
from actionday.observe.isolate import Isolation
from actionday.records import WorkerStopped

Frame = tuple[dict[str, Any], dict[str, pa.Table]]
_AHEAD = 1  # finished chunks waiting for the writer, for each task
FRUGAL = {
    "POLARS_MAX_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # glibc gives large buffers back when they are freed: a tenth less memory for a hundredth of time
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(16 << 20),
}
"""The environment of parser processes: one thread each, and memory that goes back when it is freed."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a parser is asked, and who holds a role, should it ask back: that may wait for the files before, or be cancelled."""

    body: Mapping[str, Any]
    officers: Callable[[], Iterable[str]] = tuple

    def after(self, parts: int) -> "Request":
        """The same without the first `parts` parts."""
        return Request({**self.body, "skip": self.body["skip"] + parts}, self.officers)


class _Parser:
    """One parser process."""

    def __init__(self, data_bytes: int, patience: float, environment: Mapping[str, str]) -> None:
        self._patience = patience
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "actionday.observe.worker", str(data_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, **FRUGAL},
        )
        self.isolation: Isolation | None = None  # not known before it has started

    def run(self, request: Request) -> Iterator[Frame]:
        """Send a request and yield its frames. Raises WorkerStopped."""
        try:
            if self.isolation is None:
                self.isolation = Isolation(**self._receive()[0]["isolation"])
            self._tell(request.body)
            while True:
                header, tables = self._receive()
                if header.get("asks"):
                    self._tell({"officers": sorted(request.officers())})
                    continue
                yield header, tables
                if header.get("end"):
                    return
        except (EOFError, OSError) as error:
            self.stop()
            raise WorkerStopped(
                f"the parser process ended (status {self.process.returncode}): too large, or a limit"
            ) from error

    def _tell(self, said: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(said).encode() + b"\n")
        self.process.stdin.flush()

    def _receive(self) -> Frame:
        assert self.process.stdout is not None
        watchdog = threading.Timer(self._patience, self.process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            return frames.receive(self.process.stdout)
        finally:
            watchdog.cancel()

    def stop(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.kill()
        self.process.wait()


class Pool:
    """A few parser processes. Use as a context manager."""

    def __init__(
        self, environment: Mapping[str, str], *, size: int = 2, data_bytes: int = 3 << 30, patience: float = 300.0
    ) -> None:
        self._arguments = (data_bytes, patience, environment)
        self._size = size
        # last in, first out: a second process is started only when the first is busy
        self._idle: queue.LifoQueue[_Parser | None] = queue.LifoQueue()
        self._all: list[_Parser] = []
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="parser")
        self.isolation: Isolation | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        for _ in range(self._size - 1):
            self._idle.put(None)  # started when first needed
        # the first is needed in any case: it starts while the caller makes ready
        self._idle.put(self._started())
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        for parser in self._all:
            parser.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def warm(self) -> None:
        """Have every parser load while the caller does something else: large work is coming."""
        idle: list[_Parser | None] = []
        with suppress(queue.Empty):
            while True:
                idle.append(self._idle.get_nowait())
        for parser in reversed(idle):  # those that are loaded stay on top
            self._idle.put(parser or self._started())

    def ask(self, body: Mapping[str, Any]) -> Iterator[Frame]:
        """Run one request and yield its frames, the last of which has `end`. Raises WorkerStopped."""
        for _, frame in self.stream([Request(body)], ahead=0):
            if isinstance(frame, WorkerStopped):
                raise frame
            yield frame

    def stream(
        self, requests: Iterable[Request], ahead: int = _AHEAD, most: int | None = None
    ) -> Iterator[tuple[int, Frame | WorkerStopped]]:
        """Run requests side by side and yield (number, frame) strictly in order of requests, then of frames.

        A request ends with a frame that has `end`, or with WorkerStopped; in a file's whole, a frame `{"stopped": why}` ends
        the part that a parser died of. `requests` may be a generator that itself asks this pool, unless a request waits
        for those before it. `ahead` bounds the frames that wait (0: no bound), `most` the requests under way (None: a
        parser each, and one that waits).
        """
        pending: deque[tuple[int, queue.Queue[Frame | WorkerStopped]]] = deque()
        numbered = enumerate(requests)
        while True:
            while len(pending) < (most or self._size + 1) and (item := next(numbered, None)) is not None:
                number, request = item
                lane: queue.Queue[Frame | WorkerStopped] = queue.Queue(ahead)
                self._threads.submit(self._serve, request, lane)
                pending.append((number, lane))
            if not pending:
                return
            number, lane = pending.popleft()
            while True:
                frame = lane.get()
                yield number, frame
                if isinstance(frame, WorkerStopped) or frame[0].get("end"):
                    break

    def _started(self) -> _Parser:
        parser = _Parser(*self._arguments)
        self._all.append(parser)
        return parser

    def _serve(self, request: Request, lane: "queue.Queue[Frame | WorkerStopped]") -> None:
        rest: Request | None = request
        while rest is not None and not self._closed.is_set():
            rest = self._tried(rest, lane)

    def _tried(self, request: Request, lane: "queue.Queue[Frame | WorkerStopped]") -> Request | None:
        """Serve a request; what is left of it where a parser died of one of a file's parts."""
        begun = 0  # parts of a file's whole
        parser = self._idle.get()
        try:
            if parser is None:
                parser = self._started()
            for frame in parser.run(request):
                self.isolation = parser.isolation
                begun += "part" in frame[0] and request.body["do"] == "whole"
                self._hand_over(frame, lane)
        except CancelledError:  # the caller is gone, and the parser waits for an answer
            assert parser is not None
            parser.stop()
            parser = None
        except (WorkerStopped, EOFError, OSError) as error:
            parser = None
            stopped = error if isinstance(error, WorkerStopped) else WorkerStopped(f"no parser process: {error}")
            self._hand_over(({"stopped": str(stopped)}, {}) if begun else stopped, lane)
            return request.after(begun) if begun else None
        finally:
            self._idle.put(parser)
        return None

    def _hand_over(self, frame: Frame | WorkerStopped, lane: "queue.Queue[Frame | WorkerStopped]") -> None:
        while not self._closed.is_set():
            try:
                lane.put(frame, timeout=0.5)
                return
            except queue.Full:
                continue
