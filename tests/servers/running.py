"""Servers that tests start: a process group in a temporary folder, ready when it answers, gone when the block ends.

A server that is not installed is an error that says how to get it, never a skip.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

READY_WITHIN = 60.0


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def need(program: str, fix: str) -> str:
    """The program's path. Fails with the fix where it is not there."""
    found = shutil.which(program)
    if found is None:
        raise AssertionError(f"{program} is not installed, and these tests start it: {fix}")
    return found


def listens(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def running(
    command: Sequence[str], folder: Path, ready: Callable[[], bool], more: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own until the block ends; what it printed is shown where it does not start."""
    log = folder / "output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, **(more or {})},
        )
        try:
            until = time.monotonic() + READY_WITHIN
            while not ready():
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"{command[0]} did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
