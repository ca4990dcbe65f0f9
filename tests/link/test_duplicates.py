"""`link duplicates` from export files to groups: with texts kept and without, identical texts, and what a person reads."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from tests.link.texts import changed, words

from actionday import playbook
from actionday.console.terminal.main import actionday
from actionday.observe.orders import ImportOptions
from actionday.records import FixedClock, Silent, UsageError
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import HomePolicy

CLOCK = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
RNG = np.random.default_rng(4)
LONG = " ".join(words(RNG, 40))
SHORT = " ".join(words(RNG, 9))
POSTS = {
    1: [LONG, SHORT, "la li lo le lu", " ".join(words(RNG, 12))],
    2: [SHORT, changed(RNG, LONG, 2), "la li lo le lu", SHORT],
    3: [changed(RNG, LONG, 1), " ".join(words(RNG, 30))],
}


def home_of(tmp_path: Path, content: str) -> Settings:
    for channel, texts in POSTS.items():
        folder = tmp_path / "exports" / str(channel)
        folder.mkdir(parents=True)
        messages = []
        for number, text in enumerate(texts):
            at = 1_574_000_000 + 60 * (10 * number + channel)
            messages.append(
                {
                    "id": number + 1,
                    "type": "message",
                    "date": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
                    "date_unixtime": str(at),
                    "from": f"Venue {channel}",
                    "from_id": f"channel{channel}",
                    "text": text,
                    "text_entities": [{"type": "plain", "text": text}],
                }
            )
        chat = {"name": f"Venue {channel}", "type": "public_channel", "id": channel, "messages": messages}
        (folder / "result.json").write_text(json.dumps(chat))
    environment = {"ACTIONDAY_HOME": str(tmp_path / "case.d"), "ACTIONDAY_BY": "tester", "ACTIONDAY_PARSERS": "1"}
    settings = load_settings({**os.environ, **environment}, tmp_path)
    policy = HomePolicy(content, "unit")
    playbook.import_exports(settings, [tmp_path / "exports"], ImportOptions(), policy, CLOCK, Silent())
    return settings


def brief_of(group: dict[str, Any]) -> tuple[str, str, int, int, dict[str, int], str]:
    first = group["representative"]
    by = {one["channel"]: one["posts"] for one in group["by"]}
    return first["channel"], first["post"], group["posts"], group["texts"], by, group["proof"]


@pytest.mark.parametrize(("content", "proof"), [("text", "exact"), ("hash", "estimated")])
def test_groups_name_the_first_post_and_the_venues(tmp_path: Path, content: str, proof: str) -> None:
    settings = home_of(tmp_path, content)
    found = playbook.duplicates(settings, 0.7, 20, Silent())
    one, two, three = (f"telegram:channel:{number}" for number in (1, 2, 3))
    assert [brief_of(group) for group in found["shown"]] == [
        (one, "1", 3, 3, {one: 1, two: 1, three: 1}, proof),
        (two, "1", 3, 1, {two: 2, one: 1}, "identical"),
    ]
    assert found["texts"] == 6, "texts too short for a sketch are not compared"
    assert found["groups"] == 2
    assert found["alike"] == {
        "texts": 3,
        "groups": 1,
        "exact": 2 * (proof == "exact"),
        "estimated": 2 * (proof != "exact"),
    }
    assert "lead" in found["lead"]
    assert len(playbook.duplicates(settings, 0.7, 1, Silent())["shown"]) == 1


def test_a_home_without_posts_has_no_groups_and_a_threshold_out_of_range_is_refused(tmp_path: Path) -> None:
    settings = home_of(tmp_path, "none")
    found = playbook.duplicates(settings, 0.8, 20, Silent())
    assert (found["texts"], found["shown"]) == (0, [])
    with pytest.raises(UsageError, match="threshold"):
        playbook.duplicates(settings, 0.1, 20, Silent())


def test_the_command_prints_groups_and_json(tmp_path: Path) -> None:
    settings = home_of(tmp_path, "text")
    command = ["link", "duplicates", "--home", str(settings.home), "--threshold", "0.7"]
    told = CliRunner().invoke(actionday, command, catch_exceptions=False).output
    assert "3 posts, 3 texts, 3 venues (exact, at least 0." in told
    assert "3 posts, 1 texts, 2 venues (identical)" in told
    assert "a lead, not a ground" in told
    answer = json.loads(CliRunner().invoke(actionday, [*command, "--json"], catch_exceptions=False).output)
    assert answer["shown"][0]["representative"]["channel"] == "telegram:channel:1"
