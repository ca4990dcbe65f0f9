"""What the recipients did: each removal rate beside its rate of error, claims beside sightings. No rate is drawn or printed without its error."""

from actionday.brief.figures.dots import Dot, dot_plot
from actionday.brief.figures.frame import Heading
from actionday.brief.material import Material, Told
from actionday.brief.page import Block, Figure, Section, fill, prose
from actionday.brief.tables import estimate_row, estimates
from actionday.brief.vocabulary import SCOREBOARD, place_title
from actionday.brief.wording import sentence

_RATES = (("removed_share_claimed", "Removed, they say", 0), ("removed_share_seen", "Removed, we saw", 1))
_ERROR = 3


def scoreboard(material: Material) -> Section | None:
    """The section; none where nothing was referred."""
    told = material.section(SCOREBOARD)
    if not told or not any(one.estimate.name == "removed_share_claimed" for one in told):
        return None
    figure = scoreboard_figure(material)
    blocks: list[Block] = [figure] if figure else []
    if figure is None:
        blocks.append(
            prose(
                "No removal rate is given: nobody from outside re-read a random sample of what was removed, so how often it was wrong is not known."
            )
        )
    blocks += estimates(material, SCOREBOARD, told)
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(SCOREBOARD, ())]
    question = "Who removed what was referred, how soon, and how often it was wrong."
    return Section("scoreboard", "What the recipients did", question, tuple(blocks))


def scoreboard_figure(material: Material) -> Figure | None:
    """Removed by the host's word and by sight, and the wrongful among them: for all and by platform."""
    places = sorted({t.strata["platform"] for t in material.section(SCOREBOARD) if set(t.strata) == {"platform"}})
    dots: list[Dot] = []
    for place in ("", *places):
        dots += _rows(material, place)
    if not dots:
        return None
    heading = Heading(
        "Removed, and wrongly removed",
        "Shares of what was sent that hosts say they removed, that we saw gone, and, of what was removed, the share that an outsider calls wrongful.",
    )
    caption = fill(
        "Dots with 95 % intervals. Removals are shares of what was sent, or looked at; wrongful ones are shares of what was removed, by a random sample re-read by an outsider."
    )
    return Figure("scoreboard", heading.title, caption, lambda paper: dot_plot(paper, heading, dots, "share"))


def _rows(material: Material, place: str) -> list[Dot]:
    group = {"platform": place} if place else {}
    own, whole = material.find("wrongful_share", **group), material.find("wrongful_share")
    error = own if own is not None and own.estimate.value is not None else whole
    rates = [(found, words, style) for name, words, style in _RATES if (found := material.find(name, **group))]
    rates = [one for one in rates if one[0].estimate.value is not None]
    if error is None or error.estimate.value is None or not rates:
        return []
    heading = Dot(place_title(place) if place else "All", None, None, None, "", heading=True)
    words = "Wrongful of these" if error is own else "Wrongful, on all platforms"
    return [heading, *(_dot(*one) for one in rates), _dot(error, words, _ERROR)]


def _dot(told: Told, words: str, style: int) -> Dot:
    estimate, row = told.estimate, estimate_row(told)
    around = f" ({row.interval})" if row.interval else ""
    return Dot(words, estimate.value, estimate.low, estimate.high, f"{row.value}{around}", style)
