"""Every line of docs/links.md holds."""

import re
from pathlib import Path

import pyarrow as pa
import pytest

from actionday.observe.extract import extract_from_texts
from actionday.observe.link_rules import PLATFORM_RULES
from actionday.records import PLATFORMS

PAGE = (Path(__file__).parents[2] / "docs" / "links.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """Cells of the tables below a heading, without their head."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def finds(text: str) -> list[dict[str, object]]:
    return extract_from_texts(pa.array([text]), platforms=pa.array(["telegram"])).to_pylist()


@pytest.mark.parametrize(
    "cells",
    [*rows("Links"), *rows("Written so as not to be found"), *rows("Handles and addresses")],
    ids=lambda cells: cells[0],
)
def test_documented_find(cells: list[str]) -> None:
    text, kind, target, target_kind, url = cells
    (found,) = [row for row in finds(text) if row["kind"] != "talk"]
    assert (found["kind"], found["target"], found["target_kind"], found["url"]) == (
        kind,
        target or None,
        target_kind or None,
        url or None,
    )
    if target:
        assert found["target_platform"] == target.partition(":")[0]


@pytest.mark.parametrize("cells", rows("What is left out"), ids=lambda cells: cells[0])
def test_documented_silence(cells: list[str]) -> None:
    assert [row for row in finds(cells[0]) if row["kind"] != "talk"] == []


@pytest.mark.parametrize("cells", rows("Talk"), ids=lambda cells: cells[0])
def test_documented_talk(cells: list[str]) -> None:
    spoken = [row["target_platform"] for row in finds(cells[0]) if row["kind"] == "talk"]
    assert spoken == cells[1].split()


def test_every_platform_is_documented() -> None:
    documented = set(re.findall(r"\| ([a-z]+):", PAGE)) | {"youtube", "website"}
    assert {platform.name for platform in PLATFORMS} <= documented
    assert set(PLATFORM_RULES) <= documented
