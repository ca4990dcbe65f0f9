"""Figures: named for readers who do not see them, wellformed whatever the labels, in both widths, marked when synthetic."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.brief import world
from tests.brief.hostile import CORPUS

from actionday.brief import FIGURES, SYNTHETIC, figure_svg
from actionday.brief.figures.frame import NARROW, WIDE
from actionday.brief.figures.network import layout
from actionday.brief.figures.survival import Curve, thinned
from actionday.brief.scales import Linear
from actionday.records import Event

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_figure_is_wellformed_named_and_stays_inside(name: str, width: int) -> None:
    drawn = figure_svg(name, world.measures(), world.campaign(), world.origin(), width=width)
    root = ElementTree.fromstring(drawn)
    ids = (root.get("aria-labelledby") or "").split()
    assert root.get("role") == "img"
    assert [child.get("id") for child in root if child.tag in (f"{SVG}title", f"{SVG}desc")] == ids
    assert all((child.text or "").strip() for child in root if child.tag in (f"{SVG}title", f"{SVG}desc"))
    tall = float((root.get("viewBox") or "").split()[3])
    for mark in root.iter():
        for axis, most in (("x", width), ("cx", width), ("x2", width), ("y", tall), ("cy", tall), ("y2", tall)):
            place = float(mark.get(axis, 0))
            assert -2 <= place <= most + 8, (mark.tag, axis, place)
    assert "NaN" not in drawn
    assert "nan" not in "".join(mark.get("d", "") + mark.get("points", "") for mark in root.iter())


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_synthetic_worlds_are_named_in_the_picture_and_real_ones_are_not(name: str) -> None:
    said = figure_svg(name, world.measures(), world.campaign(), world.origin())
    texts = [t.text for t in ElementTree.fromstring(said).iter(f"{SVG}text")]
    assert SYNTHETIC in texts
    real = figure_svg(name, world.measures(), world.campaign(synthetic=False), world.origin(synthetic=False))
    assert SYNTHETIC not in real


def test_hostile_event_names_stay_words() -> None:
    events = tuple(Event(world.START, "other", text) for text in CORPUS if text.strip())
    drawn = figure_svg("events", world.measures(), replace(world.campaign(), events=events), world.origin())
    tags = {mark.tag.removeprefix(SVG) for mark in ElementTree.fromstring(drawn).iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "rect", "line", "circle", "text", "path"}


def test_a_figure_without_its_data_says_so() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        figure_svg("flows", world.measures()[:1], world.campaign(), world.origin())
    with pytest.raises(KeyError):
        figure_svg("no such figure", (), world.campaign(), world.origin())


def test_layouts_repeat_with_their_seed_and_hold_tied_nodes_together() -> None:
    edges = np.array([(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)], dtype=np.int64)
    weight = np.ones(len(edges))
    where = layout(6, edges, weight, 7)
    assert np.array_equal(where, layout(6, edges, weight, 7))
    assert not np.array_equal(where, layout(6, edges, weight, 8))

    def apart(a: int, b: int) -> float:
        return float(np.hypot(*(where[a] - where[b])))

    assert max(apart(0, 1), apart(1, 2), apart(3, 4)) < min(apart(0, 3), apart(1, 4), apart(2, 5))


def test_curves_with_a_million_steps_are_thinned_to_what_can_be_seen() -> None:
    days = np.linspace(0, 90, 1_000_001)
    share = np.linspace(1, 0.2, len(days))
    thin = thinned(Curve("x", days, share, share, share, share), Linear(0, 90, 0, 600))
    assert len(thin.days) <= 1202
    assert (thin.survival[0], thin.survival[-1]) == (1.0, 0.2)
