"""A fedify server (ActivityPub in TypeScript, MIT): an implementation that is not ours, for WebFinger, actors and outboxes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.running import free_ports, listens, need, running

HERE = Path(__file__).parent
NODE = HERE.parents[1] / ".venv" / "synapse" / "bin" / "node"
"""Node from a wheel: Debian's is older than fedify asks for."""
FIX = "npm ci --prefix tests/servers --ignore-scripts --no-audit --no-fund (`make test` does it)"


@contextmanager
def fedify() -> Iterator[str]:
    """Its host with port, ``127.0.0.1:N``, until the block ends."""
    node = need(str(NODE), "make .venv/servers")
    if not (HERE / "node_modules" / "@fedify" / "fedify").is_dir():
        raise AssertionError(f"fedify is not installed, and these tests start it: {FIX}")
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        command = [node, str(HERE / "fedify.mjs"), str(port)]
        with running(command, Path(folder), lambda: listens(port)):
            yield f"127.0.0.1:{port}"
