"""Files read side by side: in order, with what the files before showed, and at the cost of one part where a parser dies."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from tests.console.test_main_job import actionday
from tests.observe.test_kill import contents

from actionday.observe.pool import Pool, Request
from actionday.observe.reader import Source
from actionday.observe.requests import source_json
from actionday.observe.treatment import Treatment
from actionday.records import WorkerStopped

MESSAGES = 4_500  # of 10 kB: three parts


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "result.json"
    rows = [
        {"id": n, "type": "message", "date": "2019-11-21T00:00:00", "date_unixtime": str(1_574_294_400 + n)}
        | {"from": "A", "from_id": "user7", "text": "la li lo " * 1_100, "text_entities": []}
        for n in range(MESSAGES)
    ]
    path.write_text(json.dumps({"name": "V", "type": "public_supergroup", "id": 5, "messages": rows}, indent=1))
    return path


def whole(path: Path) -> dict[str, Any]:
    source = source_json(Source(path, path.name))
    treatment = Treatment("hash", "unit", bytes(32)).to_json()
    return {"do": "whole", "reader": "telegram_export", "source": source, "treatment": treatment, "skip": 0}


def test_a_death_costs_a_file_the_part_that_was_read(large: Path) -> None:
    seen: list[str] = []
    posts = 0
    with Pool(dict(os.environ), size=1) as pool:
        for _, frame in pool.stream([Request(whole(large))]):
            assert not isinstance(frame, WorkerStopped)
            header, tables = frame
            posts += len(tables.get("posts", ()))
            seen += [key for key in ("part", "stopped", "part_end", "end") if key in header]
            if seen == ["part", "part_end", "part"]:
                pool._all[0].process.kill()
    assert seen == ["part", "part_end", "part", "stopped", "part", "part_end", "end"]
    assert MESSAGES // 3 < posts < MESSAGES


def test_a_parser_that_dies_before_any_part_ends_the_request(tmp_path: Path) -> None:
    pipe = tmp_path / "never.json"
    os.mkfifo(pipe)
    with Pool(dict(os.environ), size=1) as pool:
        list(pool.ask({"do": "recognise", "files": []}))
        pool._all[0]._patience = 0.5
        ((_, stopped),) = pool.stream([Request(whole(pipe))])
        assert isinstance(stopped, WorkerStopped)


def test_a_parser_asks_for_roles_once_a_file_and_late(large: Path) -> None:
    asked: list[int] = []

    def nobody() -> Iterator[str]:
        asked.append(1)
        return iter(())

    with Pool(dict(os.environ), size=1) as pool:
        frames = [frame for _, frame in pool.stream([Request(whole(large), nobody)])]
    assert len(asked) == 1
    assert sum(isinstance(f, tuple) and "part_end" in f[0] for f in frames) == 3


def test_a_parser_that_waits_for_an_answer_does_not_hold_up_the_end(large: Path) -> None:
    never: Future[frozenset[str]] = Future()
    with Pool(dict(os.environ), size=1) as pool:
        stream = pool.stream([Request(whole(large), never.result)])
        assert "part" in next(stream)[1][0]  # type: ignore[index]
        never.cancel()
    assert pool._all[0].process.poll() is not None


def test_side_by_side_gives_the_rows_of_one_after_another(tmp_path: Path) -> None:
    actionday("scenario", tmp_path / "exports", "--size", "20000", "--seed", "5")
    keys = str(tmp_path / "keys")  # the same key, so the same pseudonyms
    for parsers in ("1", "3"):
        home = tmp_path / "case.d"
        actionday(
            "observe", "import", tmp_path / "exports", "--home", home, ACTIONDAY_PARSERS=parsers, ACTIONDAY_KEYS=keys
        )
        home.rename(tmp_path / parsers)
    one, three = contents(tmp_path / "1"), contents(tmp_path / "3")
    assert one["posts"].num_rows > 15_000
    assert {name for name, table in one.items() if not table.equals(three[name])} == set()
