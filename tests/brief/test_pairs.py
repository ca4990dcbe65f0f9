"""Figures about links: well-formed, inside their paper at both widths, saying what they show; hostile names stay words."""

from typing import Any
from xml.etree import ElementTree

import pytest
from tests.brief.hostile import CORPUS

from actionday.brief.figures.frame import NARROW, WIDE
from actionday.brief.pairs import calibration_svg, explain_svg
from actionday.records import LEAD

SVG = "{http://www.w3.org/2000/svg}"
STEPS = [
    ("prior", None, -8.0),
    ("handle", "different", -0.04),
    ("bio", None, 0.0),
    ("invites", "several", 9.5),
    ("gap", "overlap", -2.5),
]


def explained(subject: str = "telegram:channel:1") -> dict[str, Any]:
    steps, total = [], 0.0
    for family, level, bits in STEPS:
        total += bits
        steps.append({"family": family, "level": level, "bits": bits, "total": total})
    return {"subject": subject, "target": "telegram:channel:2", "probability": 0.33, "steps": steps, "note": LEAD}


def evaluated() -> dict[str, Any]:
    bins = [
        {"said": s, "value": s * 0.9, "low": max(s - 0.2, 0), "high": min(s + 0.1, 1), "n": 40}
        for s in (0.05, 0.5, 1.0)
    ]
    return {"calibration": {"n": 120, "expected_error": 0.05, "bins": bins}}


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_they_are_wellformed_named_and_stay_inside(width: int) -> None:
    for drawn in (explain_svg(explained(), width), calibration_svg(evaluated(), width)):
        root = ElementTree.fromstring(drawn)
        assert root.get("role") == "img"
        titles = [child for child in root if child.tag in (f"{SVG}title", f"{SVG}desc")]
        assert [child.get("id") for child in titles] == (root.get("aria-labelledby") or "").split()
        assert all((child.text or "").strip() for child in titles)
        tall = float((root.get("viewBox") or "").split()[3])
        for mark in root.iter():
            for axis, most in (("x", width), ("cx", width), ("x2", width), ("y", tall), ("cy", tall), ("y2", tall)):
                assert -2 <= float(mark.get(axis, 0)) <= most + 8, (mark.tag, axis)
        assert "prefers-color-scheme" in drawn or "light-dark" in drawn


def test_a_waterfall_shows_every_step_that_was_told_and_leads_from_one_to_the_next() -> None:
    root = ElementTree.fromstring(explain_svg(explained()))
    bars = list(root.iter(f"{SVG}rect"))
    assert len(bars) == len(STEPS) - 1, "a family that is absent has no bar"
    words = [mark.text for mark in root.iter(f"{SVG}text")]
    assert {"prior", "handle: different", "invites: several", "+9.5", "−2.5", "0.0"} <= set(words)
    assert "bio" not in " ".join(word or "" for word in words)
    ends = [(float(bar.get("x", 0)), float(bar.get("x", 0)) + float(bar.get("width", 0))) for bar in bars]
    assert ends[2][0] == pytest.approx(ends[0][0], abs=2.0), "the invites begin where the prior and the handle ended"
    assert [("against" in (bar.get("class") or "")) for bar in bars] == [True, True, False, True]
    assert LEAD in explain_svg(explained())


def test_a_dot_lies_where_it_was_found_and_the_diagonal_is_there() -> None:
    root = ElementTree.fromstring(calibration_svg(evaluated()))
    dots = [(float(dot.get("cx", 0)), float(dot.get("cy", 0))) for dot in root.iter(f"{SVG}circle")]
    assert len(dots) == 3
    assert [x for x, _ in dots] == sorted(x for x, _ in dots)
    assert [y for _, y in dots] == sorted((y for _, y in dots), reverse=True)
    (diagonal,) = [one for one in root.iter(f"{SVG}line") if one.get("class") == "reference"]
    assert float(diagonal.get("x1", 0)) < float(diagonal.get("x2", 0))
    with pytest.raises(ValueError, match="nothing to draw"):
        calibration_svg({"calibration": {"n": 0, "expected_error": None, "bins": []}})


@pytest.mark.parametrize("name", [text for text in CORPUS if text.strip()])
def test_hostile_names_stay_words(name: str) -> None:
    tags = {mark.tag.removeprefix(SVG) for mark in ElementTree.fromstring(explain_svg(explained(name))).iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "rect", "line", "text"}
