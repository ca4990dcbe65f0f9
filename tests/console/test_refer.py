"""`refer routes`: every installed route, for people and for programs."""

import json

import pytest

from actionday.console.terminal.main import actionday
from actionday.refer.registry import routes


def test_routes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    actionday.main(["refer", "routes", "--json"], standalone_mode=False)
    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert list(told) == list(routes())
    assert told["letter"]["carries"] == ["letter"]
    assert told["by_hand"]["kind"] == "refer"
    assert told["by_hand"]["by_person"] is True
    actionday.main(["refer", "routes"], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "by_hand (refer, by a person)" in shown
    assert routes()["letter"].sees in shown
