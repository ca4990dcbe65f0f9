"""The scoreboard: both removal rates beside their rate of error, or neither; nothing where nothing was referred."""

from dataclasses import replace

from tests.brief import world

from actionday.brief.campaign import render
from actionday.brief.material import Material, prepare
from actionday.brief.sections.scoreboard import _rows, scoreboard, scoreboard_figure
from actionday.records import Estimate, Measure

KEY = b"0123456789abcdef"


def material(measure: Measure) -> Material:
    return prepare([measure], world.campaign(), world.origin(), KEY)


def test_every_drawn_rate_has_its_error_below_it() -> None:
    whole = material(world.recipients())
    for place in ("", "telegram", "matrix"):
        heading, *dots = _rows(whole, place)
        assert heading.heading
        assert [dot.label for dot in dots] == ["Removed, they say", "Removed, we saw", "Wrongful of these"]
        assert all(dot.value is not None and dot.low is not None for dot in dots)


def test_without_an_error_no_rate_is_printed_or_drawn() -> None:
    whole = material(world.recipients(audited=False))
    assert scoreboard_figure(whole) is None
    page = render(whole)
    assert "No removal rate is given" in page
    for told in whole.told:
        if told.estimate.name.startswith("removed_share"):
            assert told.estimate.value is None


def test_a_platform_without_its_own_error_shows_that_of_all() -> None:
    measure = world.recipients()
    bare = [
        replace(one, value=None, low=None, high=None, n=0)
        if one.name == "wrongful_share" and one.group.get("platform") == "matrix"
        else one
        for one in measure.estimates
    ]
    dots = _rows(material(replace(measure, estimates=tuple(bare))), "matrix")
    assert dots[-1].label == "Wrongful, on all platforms"
    assert dots[-1].value == 0.06


def test_small_cells_are_withheld_and_errors_are_not() -> None:
    few = [
        Estimate("referred_sent", 3, 3, 3, "count", 3, "count", group={"platform": "matrix"}),
        Estimate("removed_share_claimed", 2 / 3, 0.2, 0.9, "share", 3, "Wilson", group={"platform": "matrix"}),
        Estimate("reinstated_share", 0.02, 0.0, 0.1, "share", 100, "Wilson"),
        Estimate("wrongful_share", 0.02, 0.0, 0.1, "share", 100, "Wilson"),
    ]
    told = {one.estimate.name: one for one in material(Measure("recipients", tuple(few), {})).told}
    for name in ("referred_sent", "removed_share_claimed", "reinstated_share"):
        assert told[name].estimate.value is None
    assert told["wrongful_share"].estimate.value == 0.02


def test_nothing_referred_no_section() -> None:
    nothing = Measure("recipients", (Estimate("referred_sent", 0, 0, 0, "count", 0, "count"),), {})
    assert scoreboard(material(nothing)) is None
    assert "What the recipients did" not in render(material(nothing))
