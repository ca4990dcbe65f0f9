"""A parser process has no network and no memory without end; when it dies, the import goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from actionday.observe.pool import Pool, Request
from actionday.records import WorkerStopped

linux = pytest.mark.skipif(sys.platform != "linux", reason="namespaces, seccomp and RLIMIT_DATA are Linux's")


def isolated(code: str) -> str:
    start = "from actionday.observe.isolate import isolate\nheld = isolate(512 << 20)\n"
    done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_python_sockets_and_processes_are_refused() -> None:
    assert "PermissionError" in isolated("import socket\nsocket.create_connection(('127.0.0.1', 9), timeout=2)")
    assert "PermissionError" in isolated("import subprocess\nsubprocess.run(['true'])")
    assert "PermissionError" in isolated("import os\nos.system('true')")


@linux
def test_native_sockets_are_refused() -> None:
    assert isolated("import ctypes\nprint(held.seccomp, ctypes.CDLL(None).socket(2, 1, 0))") == "True -1"


@linux
def test_memory_has_an_end() -> None:
    assert "MemoryError" in isolated("b'x' * (2 << 30)")


def test_a_parser_that_dies_ends_its_task_and_is_replaced() -> None:
    with Pool(dict(os.environ), size=1) as pool:
        assert list(pool.ask({"do": "recognise", "files": []}))[-1][0]["end"]
        pool._all[0].process.kill()
        with pytest.raises(WorkerStopped):
            list(pool.ask({"do": "recognise", "files": []}))
        assert list(pool.ask({"do": "recognise", "files": []}))[-1][0]["end"]
        assert pool.isolation is not None


def test_warm_starts_every_parser_once_and_uses_the_loaded_one_first() -> None:
    with Pool(dict(os.environ), size=3) as pool:
        first = pool._all[0]
        pool.warm()
        pool.warm()
        assert len(pool._all) == 3
        list(pool.ask({"do": "recognise", "files": []}))
        assert [parser.isolation is not None for parser in pool._all] == [parser is first for parser in pool._all]


def test_a_process_can_do_without_pandas() -> None:
    code = (
        "import sys, pyarrow\nfrom actionday.observe.no_pandas import do_without_pandas\ndo_without_pandas()\n"
        "pyarrow.array(['a'])\nimport json\nprint('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("loading", "without"),
    [
        ("reader_named('telegram_export')", {"duckdb", "ibis", "deltalake"}),
        ("readers()", {"ibis", "deltalake", "httpx"}),
    ],
)
def test_a_parser_loads_neither_the_archive_nor_a_client(loading: str, without: set[str]) -> None:
    code = (
        "import sys\nimport actionday.observe.serve\nfrom actionday.observe.registry import reader_named, readers\n"
        f"{loading}\nprint(sorted({without} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_parser_that_says_nothing_is_stopped(tmp_path: Path) -> None:
    pipe = tmp_path / "never"
    os.mkfifo(pipe)
    with Pool(dict(os.environ), size=1) as pool:
        list(pool.ask({"do": "recognise", "files": []}))
        pool._all[0]._patience = 0.5
        with pytest.raises(WorkerStopped, match="ended"):
            list(pool.ask({"do": "recognise", "files": [[str(pipe), "never.json"]]}))


def test_frames_of_side_by_side_tasks_come_in_order(tmp_path: Path) -> None:
    files = []
    for number in range(6):
        path = tmp_path / f"{number}.txt"
        path.write_text("la li lo " * 10_000 * (6 - number))
        files.append(path)
    requests = [Request({"do": "recognise", "files": [[str(path), path.name]]}) for path in files]
    with Pool(dict(os.environ), size=2) as pool:
        seen = [
            (number, frame[0].get("name"))
            for number, frame in pool.stream(requests)
            if not isinstance(frame, WorkerStopped)
        ]
    assert seen == [item for number in range(6) for item in ((number, f"{number}.txt"), (number, None))]


def test_an_unknown_request_and_a_missing_file_are_errors_not_deaths() -> None:
    with Pool(dict(os.environ), size=1) as pool:
        (last, _), *_ = reversed(list(pool.ask({"do": "recognise", "files": [["/nowhere/at/all", "x"]]})))
        assert "FileNotFoundError" in last["error"]
        (last, _), *_ = reversed(list(pool.ask({"do": "dance"})))
        assert last["error"]
