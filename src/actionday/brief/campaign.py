"""The brief of one campaign: the page, its tables, brief.json and, only where asked for, the annex with names.

The same measures, origin and key give the same bytes. Nothing is asked of the system: no clock, no random source.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from actionday.brief.escape import defang, html
from actionday.brief.export import write_document, write_tables
from actionday.brief.figures.frame import NARROW, WIDE, Frame
from actionday.brief.material import Material, prepare
from actionday.brief.origin import IDENTIFIED, SYNTHETIC, BriefOrigin, Identities
from actionday.brief.page import Figure, Section
from actionday.brief.pseudonyms import pseudonym
from actionday.brief.sections.activity import activity, activity_figure, change_figure
from actionday.brief.sections.coverage import coverage, coverage_figure
from actionday.brief.sections.effect import dose_figure, effect, effect_figure, reconstitution_figure
from actionday.brief.sections.events import events, events_figure
from actionday.brief.sections.ground import data, limits, methods, rest
from actionday.brief.sections.lifetimes import lifetimes
from actionday.brief.sections.migration import concentration_figure, denial_figure, flow_figure, migration
from actionday.brief.sections.moves import moves_figure
from actionday.brief.sections.network import network, network_figure
from actionday.brief.sections.removals import removals, removals_figure
from actionday.brief.sections.returns import returns, sides_figure, strips_figure
from actionday.brief.sections.scoreboard import scoreboard, scoreboard_figure
from actionday.brief.sections.strategies import strategies, strategies_figure
from actionday.brief.sections.survival import curve_figure, shown_curves
from actionday.brief.summary import headlines, summary
from actionday.brief.wording import moment, span
from actionday.records import Campaign, Measure

FIGURES: Mapping[str, Callable[[Material], Figure | None]] = {
    "coverage": coverage_figure,
    "removals": removals_figure,
    "survival": lambda material: curve_figure(material, shown_curves(material), "since_first_seen"),
    "survival-age": lambda material: curve_figure(material, shown_curves(material), "age"),
    "returns": sides_figure,
    "lives": strips_figure,
    "activity": activity_figure,
    "change": change_figure,
    "flows": flow_figure,
    "moves": moves_figure,
    "denial": denial_figure,
    "concentration": concentration_figure,
    "effect": effect_figure,
    "dose": dose_figure,
    "reconstitution": reconstitution_figure,
    "network": network_figure,
    "strategies": strategies_figure,
    "scoreboard": scoreboard_figure,
    "events": events_figure,
}
"""Figures that can be had alone, by name."""

_UNMARKED = "no marking given: for the recipient only"
_ORDER: tuple[Callable[[Material], Section | None], ...] = (
    coverage,
    removals,
    lifetimes,
    scoreboard,
    returns,
    migration,
    activity,
    effect,
    network,
    strategies,
    events,
    rest,
    methods,
    data,
    limits,
)


def write_brief(
    measures: Sequence[Measure],
    campaign: Campaign,
    origin: BriefOrigin,
    out: Path,
    *,
    key: bytes,
    identities: Identities | None = None,
) -> list[Path]:
    """Write the brief into the folder `out` (made where missing) and return its files, sorted.

    `key` (16 bytes or more) makes the pseudonyms; the caller draws a fresh one for each brief. Without `identities` no annex
    is written and one that an earlier brief left in `out` is deleted. Raises ValueError where a table lacks a column.
    """
    material = prepare(measures, campaign, origin, key)
    out.mkdir(parents=True, exist_ok=True)
    written = write_tables(material, out / "tables")
    annex = out / "annex.html"
    annex.unlink(missing_ok=True)
    if identities is not None:
        written.append(_write(annex, render_annex(material, identities)))
    written.append(_write(out / "index.html", render(material)))
    names = [path.relative_to(out).as_posix() for path in written]
    written.append(write_document(material, out / "brief.json", [*names, "brief.json"]))
    return sorted(written)


def figure_svg(
    name: str, measures: Sequence[Measure], campaign: Campaign, origin: BriefOrigin, *, width: int = WIDE
) -> str:
    """One figure as a file of its own, for a README or a slide: follows the reader's light or dark, names the synthetic world.

    Raises KeyError for a name that is not in FIGURES, ValueError where these measures do not have what it shows.
    """
    # no pseudonym is drawn in any figure, so the key only has to be there
    material = prepare(measures, campaign, origin, b"figure-without-subjects")
    figure = FIGURES[name](material)
    if figure is None:
        raise ValueError(f"the measures hold nothing to draw for figure {name}")
    return standalone(figure.draw(Frame(f"figure-{name}", width, material.synthetic)))


def standalone(drawn: Markup) -> str:
    """A drawn figure as a file of its own, which follows the reader's light or dark."""
    style = Markup("<style>{}</style>").format(Markup(_source("colours.css") + _source("figure.css")))  # noqa: S704 - our files
    head, _, tail = drawn.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}>{style}{tail}\n'


def render(material: Material) -> str:
    """The page."""
    sections = [section for make in _ORDER if (section := make(material)) is not None]
    campaign = material.campaign
    first, last = campaign.end + timedelta(days=1), campaign.after[1] - timedelta(microseconds=1)
    return (
        _environment(material)
        .get_template("brief.html")
        .render(
            title=campaign.name,
            window=span(campaign.start, campaign.end),
            compared=f"{span(campaign.before[0], campaign.before[1] - timedelta(days=1))} with {span(first, last)}",
            made=moment(material.origin.generated_at),
            product=material.origin.product,
            identities=material.origin.identities,
            sentences=summary(material),
            headlines=headlines(material),
            sections=sections,
            marking=material.origin.marking or _UNMARKED,
        )
    )


def render_annex(material: Material, identities: Identities) -> str:
    """Who is who, marked on every page, every address defanged."""
    people = [
        (pseudonym(subject, material.key), defang(subject), who.names, who.handles, [defang(url) for url in who.links])
        for subject, who in sorted(identities.subjects.items())
    ]
    files = [(f.name, f.sha256[:16]) for f in material.origin.inputs]
    return (
        _environment(material)
        .get_template("annex.html")
        .render(
            title=material.campaign.name,
            people=people,
            files=files,
            by=identities.by,
            reason=identities.reason,
            marking=IDENTIFIED,
        )
    )


def _environment(material: Material) -> Environment:
    environment = Environment(
        loader=PackageLoader("actionday.brief"),
        autoescape=True,
        finalize=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        synthetic=SYNTHETIC if material.synthetic else "",
        style=Markup(_source("colours.css") + _source("figure.css") + _source("page.css")),  # noqa: S704 - our own files
        drawn=lambda figure, size: figure.draw(
            Frame(f"{figure.name}-{size}", WIDE if size == "wide" else NARROW, material.synthetic)
        ),
    )
    return environment


def _source(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text("utf-8")


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8", newline="\n")
    return path
