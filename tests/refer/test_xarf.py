"""XARF reports against the published schemas (tests/specs/xarf), read from disk: nothing is fetched."""

import json
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid1

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from tests.brief.hostile import CORPUS

from actionday.refer.forms.examples import SEEN, example_package, example_withheld
from actionday.refer.package import Item, Kind, Package
from actionday.refer.xarf import reports

SPECS = Path(__file__).parents[1] / "specs" / "xarf"
PACKAGE = example_package(Kind.REFERRAL)


def ids(package: Package) -> tuple[UUID, ...]:
    random = Random(7)
    return tuple(UUID(int=random.getrandbits(128), version=4) for _ in package.items)


def schema() -> Draft202012Validator:
    base = "https://xarf.org/schemas/v4/"
    names = ("xarf-v4-master.json", "xarf-core.json", "types/reputation-threat-intelligence.json")
    loaded = {base + name: json.loads((SPECS / name).read_text()) for name in names}
    registry = Registry[Any]().with_resources((url, Resource.from_contents(one)) for url, one in loaded.items())
    return Draft202012Validator(loaded[base + names[0]], registry=registry, format_checker=FormatChecker())


def test_reports_are_valid_and_say_which_thing_they_are_about() -> None:
    made = reports(PACKAGE, ids(PACKAGE))
    for report, item in zip(made, PACKAGE.items, strict=True):
        assert [error.message for error in schema().iter_errors(report)] == []
        assert (report["url"], report["source_identifier"]) == (item.url, "host.example")
        assert report["timestamp"] == "2026-03-28T20:30:00Z"
        payload = b64decode(report["evidence"][0]["payload"])
        assert report["evidence"][0]["hash"] == f"sha256:{sha256(payload).hexdigest()}"
        assert json.loads(payload)["held"][0]["digest"] == "sha256:" + "0f" * 32
    assert made[0]["contest_address"] == "contest@unit.example"


def test_the_schema_that_is_tested_against_refuses_what_is_wrong() -> None:
    report = reports(PACKAGE, ids(PACKAGE))[0]
    changes: list[dict[str, Any]] = [
        {"type": "terrorist_content"},
        {"category": "content"},
        {"tags": ["no namespace"]},
        {"evidence": [{}]},
    ]
    for wrong in changes:
        assert list(schema().iter_errors({**report, **wrong}))
    assert list(schema().iter_errors({name: value for name, value in report.items() if name != "threat_type"}))


def test_what_is_withheld_has_an_end_and_no_address() -> None:
    kept = example_withheld(PACKAGE)
    report = reports(kept, ids(kept), "192.0.2.7")[0]
    assert report["not_to_be_disclosed_until"] == "2026-04-12T10:15:00Z"
    assert "contest_address" not in report
    assert report["source_identifier"] == "192.0.2.7"
    assert not list(schema().iter_errors(report))


@pytest.mark.parametrize("hostile", [one for one in CORPUS if one.strip()])
def test_hostile_words_stay_words(hostile: str) -> None:
    spoilt = replace(PACKAGE, explanation=hostile, ground=replace(PACKAGE.ground, words=hostile))
    for report in reports(spoilt, ids(spoilt)):
        assert not list(schema().iter_errors(report))
        assert json.loads(json.dumps(report)) == report
        assert len(report["description"]) <= 1000


def test_what_cannot_be_reported_is_refused() -> None:
    with pytest.raises(ValueError, match="explanation"):
        reports(replace(PACKAGE, explanation=""), ids(PACKAGE))
    with pytest.raises(ValueError, match="random id"):
        reports(PACKAGE, ids(PACKAGE)[:1])
    with pytest.raises(ValueError, match="random id"):
        reports(PACKAGE, (uuid1(), uuid1()))
    room = replace(PACKAGE, items=(Item("", "matrix:channel:!a:example.org", SEEN),))
    with pytest.raises(ValueError, match="web address"):
        reports(room, ids(room))
