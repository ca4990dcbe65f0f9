"""`link draw`, `link queue`, `link judge --draw`, `link none`, `link agreement`: evidence first, blind in twos, weights from drawn pairs alone."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.console.test_main_job import actionday

from actionday.console.terminal.main import actionday as actionday_group
from actionday.records import UsageError
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

SECRETS = (
    "probability",
    "weight",
    "score",
    "part",
    "sampling",
    "relation",
    "known",
    "below",
    "proposal",
    "threshold",
    "model",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queued")
    actionday("scenario", folder / "exports", "--size", "20000", "--seed", "3")
    # the coders' own answers of the scenario stay out: here the queue is what is looked at
    shutil.rmtree(folder / "exports" / "judgements")
    actionday("observe", "import", folder / "exports", "--home", folder / "case.d")
    actionday("link", "run", "--home", folder / "case.d")
    return folder / "case.d"


def said(home: Path, *words: object, by: str = "ann", keys: str | None = None) -> str:
    """What a command prints, in this process: there are many answers to give. Raises what the command raises."""
    line = ["link", *map(str, words), "--home", str(home)]
    done = CliRunner().invoke(actionday_group, line, input=keys, env={"ACTIONDAY_BY": by})
    if done.exception is not None:
        raise done.exception
    return done.output


def told(home: Path, *words: object, by: str = "ann") -> Any:  # noqa: ANN401 - what JSON holds
    return json.loads(
        said(home, *words, "--json", *(("--quiet",) if words[0] in ("run", "draw", "explain") else ()), by=by)
    )


def rows(home: Path) -> dict[tuple[str, str], dict[str, Any]]:
    view = Archive(open_home(home)).view()
    return {(row["draw"], row["coder"]): row for row in view.arrow(view.table("link_draws")).to_pylist()}


def run(home: Path) -> str:
    return str(told(home, "run")["model"])


def everything(value: object) -> str:
    return json.dumps(value).lower()


def answer(home: Path, pair: dict[str, Any], judged: str, by: str, *more: str) -> dict[str, Any]:
    words = (
        "judge",
        pair["a"]["subject"],
        pair["b"]["subject"],
        judged,
        "--draw",
        pair["draw"],
        "--why",
        "looked at both",
    )
    return dict(told(home, *words, *more, by=by))


def test_a_round_from_the_draw_to_the_weights(home: Path) -> None:
    before = run(home)
    hand = told(
        home,
        "judge",
        "telegram:channel:1",
        "telegram:channel:2",
        "positive",
        "--relation",
        "successor",
        "--why",
        "x",
        "--sampling",
        "0.5",
    )
    assert "score" not in hand
    assert run(home) == before, "what was picked by hand moves no weight, whatever it says of itself"
    done = told(home, "draw", "--size", "14", "--coder", "ann", "--coder", "bob", "--double", "0.5")
    assert done["pairs"] == 14
    assert sum(done["by_coder"].values()) == 21
    stored = rows(home)
    assert {row["part"] for row in stored.values()} == {"proposal", "below"}
    assert all(0 < row["sampling"] <= 1 for row in stored.values())
    queue = told(home, "queue", "--limit", "100")
    mine = queue["pairs"]
    assert queue["left"] == done["by_coder"]["ann"] == len(mine)
    for pair in mine:
        assert set(pair) == {"draw", "a", "b", "evidence"}
        assert not any(word in everything({"keys": [*pair, *pair["a"], *pair["b"]]}) for word in SECRETS)
    ends = [pair["a"]["ended_at"] for pair in mine if pair["a"]["ended_at"]]
    assert ends == sorted(ends, reverse=True), "the order is the one that is told"
    text = said(home, "queue", "--limit", "100", by="ann")
    assert not any(word in text for word in ("probab", "score", "sampling", "proposal"))

    made = answer(home, mine[0], "negative", "ann")
    chance = next(row for (draw, _), row in stored.items() if draw == mine[0]["draw"])
    assert made["score"]["probability"] == chance["probability"], "after the answer the score may be seen"
    assert made["blind"]
    assert made["shown"] == list(mine[0]["evidence"])
    assert told(home, "queue")["left"] == len(mine) - 1
    moved = run(home)
    assert moved != before, "a drawn answer moves weights"
    assert run(home) == moved, "the same answers, the same weights"
    pair = mine[1]
    with pytest.raises(UsageError, match="no pair that eve was asked about"):
        answer(home, pair, "negative", "eve")
    with pytest.raises(UsageError, match="is another pair"):
        answer(home, {**pair, "a": mine[2]["a"], "b": mine[2]["b"]}, "negative", "ann")
    said(home, "withdraw", made["judgement"], "--why", "x", by="ann")
    assert run(home) == before, "an answer that was taken back leaves no trace in the weights"


def test_neither_of_two_sees_the_other_until_both_are_in(home: Path) -> None:
    ann, bob = (told(home, "queue", "--limit", "100", by=name)["pairs"] for name in ("ann", "bob"))
    shared = [pair for pair in ann if pair["draw"] in {other["draw"] for other in bob}]
    assert len(shared) == 7
    pair = shared[0]
    subject = pair["a"]["subject"]
    first = answer(home, pair, "positive", "ann", "--relation", "successor")

    def seen(by: str) -> set[str]:
        found = told(home, "lineage", by=by)
        return {
            one["id"]
            for part in (*found["clusters"], {"pairs": found["apart"]})
            for two in part["pairs"]
            for one in two["judgements"]
        }

    assert first["judgement"] in seen("ann")
    assert first["judgement"] not in seen("bob"), f"hidden from bob until bob answers about {subject}"
    assert told(home, "agreement")["agreement"]["value"] is None
    second = answer(home, pair, "negative", "bob")
    assert [one["kind"] for one in second["conflicts"]] == ["answers"], "now both may see that they differ"
    assert {first["judgement"], second["judgement"]} <= seen("bob")
    for number, other in enumerate(shared[1:]):
        for by in ("ann", "bob"):
            answer(
                home,
                other,
                "negative" if number % 3 else "positive",
                by,
                *(() if number % 3 else ("--relation", "sibling")),
            )
    found = told(home, "agreement")
    assert found["open"] == 0
    alpha = found["agreement"]
    assert alpha["n"] == len(shared)
    assert alpha["low"] <= alpha["value"] < 1
    assert "alpha" in alpha["method"]
    assert "waits" not in said(home, "agreement")


def test_known_answers_are_among_the_next_round(home: Path) -> None:
    told(home, "draw", "--size", "10", "--coder", "cat", "--controls", "0.4", by="cat")
    parts = [row["part"] for row in rows(home).values()]
    assert parts.count("known") == 2
    known = {draw for (draw, _), row in rows(home).items() if row["part"] == "known"}
    for pair in told(home, "queue", "--limit", "100", by="cat")["pairs"]:
        if pair["draw"] in known:
            answer(home, pair, "negative", "cat")
    met = told(home, "agreement")["known_answers_met"]
    assert met["n"] == 2
    assert met["value"] is not None
    explained = told(home, "explain", pair["a"]["subject"], pair["b"]["subject"])
    assert explained["wrong_of_100"] == "not measured here"
    assert "are needed" in explained["wrong"]["caveats"][0]


def test_keys_at_the_terminal(home: Path) -> None:
    told(home, "draw", "--size", "4", "--coder", "dan", by="dan")
    out = said(home, "queue", "--judge", by="dan", keys="xpssame channel\nnother people\nlq")
    before, after = out.split("the model had said", 1)
    assert "probab" not in before
    assert "negative" in after
    assert told(home, "queue", by="dan")["left"] == 2
    with pytest.raises(UsageError, match="take one"):
        said(home, "queue", "--judge", "--json", by="dan")


def test_none_of_these_is_said_of_a_subject_and_taken_back(home: Path) -> None:
    pair = told(home, "queue", by="dan")["pairs"][0]
    subject, other = pair["a"]["subject"], pair["b"]["subject"]
    made = told(home, "none", subject, other, "--why", "looked at all", "--sampling", "0.2", by="fay")
    assert (made["subject"], made["among"], made["sampling"]) == (subject, [other], 0.2)
    assert subject in told(home, "lineage")["none"]
    assert "no return found" in said(home, "lineage", subject)
    said(home, "withdraw", made["judgement"], "--why", "x", by="fay")
    assert subject not in told(home, "lineage")["none"]
    with pytest.raises(UsageError, match="its own return"):
        said(home, "none", subject, subject, "--why", "x")


def test_forgetting_reaches_what_was_drawn(home: Path) -> None:
    gone = next(iter(rows(home).values()))["subject"]
    actionday("forget", gone, "--home", home)
    assert all(gone not in (row["subject"], row["target"]) for row in rows(home).values())
