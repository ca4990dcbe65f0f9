"""A kill -9 at any moment, then the same command again, gives the same tables as an undisturbed run."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from actionday.records import HomeError
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.schemas import TABLES

SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "ka",
    "ke",
    "ki",
    "ko",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
]
VOLATILE = {"ingests": ["at"]}
KILLS_A_HOME = 4  # before it may finish


def export(path: Path, channel: int, messages: int, rng: random.Random) -> None:
    """A small Telegram Desktop export of harmless syllables; enough of them make an import that reads files side by side."""
    path.mkdir(parents=True)
    rows = []
    for number in range(1, messages + 1):
        text = " ".join(rng.choices(SYLLABLES, k=200)) + rng.choice(
            ["", f" https://t.me/venue_{rng.randrange(50)}", " see matrix.to/#/#room:a.example"]
        )
        when = datetime.fromtimestamp(1_574_000_000 + number * 60, UTC)
        rows.append(
            {
                "id": number,
                "type": "message",
                "date": when.strftime("%Y-%m-%dT%H:%M:%S"),
                "date_unixtime": str(int(when.timestamp())),
                "from": f"Author {number % 7}",
                "from_id": f"user{1000 + number % 7}",
                "text": text,
                "text_entities": [{"type": "plain", "text": text}],
            }
        )
    chat = {"name": f"Venue {channel}", "type": "public_supergroup", "id": channel, "messages": rows}
    (path / "result.json").write_text(json.dumps(chat, ensure_ascii=False, indent=1))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    rng = random.Random(5)
    for number in range(8):
        export(folder / f"ChatExport_{number}", 5000 + number, 700, rng)
    export(folder / "ChatExport_again", 5000, 900, random.Random(5))  # overlaps with the first
    (folder / "broken.csv").write_text("a,b\n1,2\n")
    return folder


def command(inputs: Path, home: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ACTIONDAY_FLUSH_ROWS": "1500", "ACTIONDAY_KEYS": str(inputs.parent / "keys")}
    arguments = [sys.executable, "-m", "actionday", "observe", "import", str(inputs), "--home", str(home), "--quiet"]
    return subprocess.Popen(
        arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def finish(inputs: Path, home: Path) -> float:
    started = time.monotonic()
    process = command(inputs, home)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - started


def contents(home: Path) -> dict[str, pa.Table]:
    view = Archive(open_home(home)).view()
    return {name: view.arrow(view.table(name).order_by("row")).drop_columns(VOLATILE.get(name, [])) for name in TABLES}


def rows_written(home: Path) -> int:
    try:
        return sum(Archive(open_home(home)).counts().values())
    except HomeError:
        return 0


def files_in(home: Path) -> set[Path]:
    return set((home / "archive").glob("*/*.parquet"))


def wait_for_a_write(process: subprocess.Popen[bytes], home: Path) -> None:
    """Wait until the run has written something, or ended without."""
    before = files_in(home)
    while process.poll() is None and not files_in(home) - before:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)


@pytest.mark.timeout(7200)
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_killed_and_repeated_imports_end_like_an_undisturbed_one(
    inputs: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    kills = int(pytestconfig.getoption("kills"))
    finish(inputs, tmp_path / "warm")  # fills caches of compiled code
    span = finish(inputs, tmp_path / "calm")
    calm = contents(tmp_path / "calm")
    assert calm["posts"].num_rows == 8 * 700 + 200
    rng = random.Random(11)
    everything = sum(len(table) for table in calm.values())
    done = in_the_middle = number = 0
    while done < kills:
        number += 1
        home = tmp_path / f"home{number}"
        for attempt in range(KILLS_A_HOME):
            process = command(inputs, home)
            # every second kill is timed from the run's first write, wherever a busy machine puts that
            anywhere = done % 2 == 0
            if not anywhere:
                wait_for_a_write(process, home)
            started = time.monotonic()
            try:
                process.wait(timeout=rng.uniform(0.25, 1.0) * span if anywhere else rng.uniform(0.0, 0.2) * span)
                if anywhere and attempt == 0:  # the machine was busier when the span was taken
                    span = min(span, time.monotonic() - started)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                done += 1
                in_the_middle += 0 < rows_written(home) < everything
            process.communicate()
        finish(inputs, home)
        disturbed = contents(home)
        for name in TABLES:
            assert disturbed[name].equals(calm[name]), f"{name} after kills in home {number}"
    assert in_the_middle > kills // 10, "too few kills fell between two writes"
