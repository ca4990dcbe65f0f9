"""The summary: four to six sentences and a few headline numbers, each with its interval and n, none where not identified."""

from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.material import Material, Told
from actionday.brief.page import fill
from actionday.brief.tables import estimate_row
from actionday.brief.vocabulary import MIGRATION, value_word
from actionday.brief.wording import THIN, change, changes, is_ratio, join, plural, span, told, unit_of


@dataclass(frozen=True, slots=True)
class Headline:
    """One number for the top of the page, with all that it may not travel without."""

    title: str
    value: str
    interval: str
    n: str
    anchor: str
    tone: str = ""


_SINCE = tuple({"clock": "since_first_seen", "period": period} for period in ("after minus before", "all"))


def summary(material: Material) -> list[Markup]:
    """The sentences, coverage first. Every number in them stands with interval and n and links to its row."""
    said = [
        ("Sight", _coverage(material)),
        ("Removals", _removals(material)),
        ("Lifetimes", _lifetimes(material)),
        ("Activity", _activity(material)),
        ("Moves", _migration(material)),
        ("Events", _events(material)),
    ]
    return [fill("<b>{}.</b> {}", lead, sentence) for lead, sentence in said if sentence]


def headlines(material: Material) -> list[Headline]:
    """Up to four numbers, one from each part; a comparison that is not identified says so instead of a number."""
    wanted = [
        _first(material, ("removals_observed",)),
        _lived(material),
        _first(material, ("posts_change_original", "posts_change_forward", "posts_change_link")),
        _highest(material, "denial_rate_7d")
        or _highest(material, "denial_rate_7")
        or _first(material, ("hhi_change",)),
    ]
    out = []
    for item in wanted:
        if item is not None:
            out.append(_headline(item))
    return out


def _headline(item: Told) -> Headline:
    estimate, row = item.estimate, estimate_row(item)
    title = f"{row.title} ({row.group})" if row.group else row.title
    value, around = row.value, row.interval
    if is_ratio(unit_of(estimate)) and estimate.value is not None:
        title, value, around = (
            title.replace("after over before", "after against before"),
            change(estimate.value),
            changes(estimate),
        )
    if estimate.value is not None and around not in ("complete count", "as counted", "no interval"):
        around = f"{100 * estimate.level:g}{THIN}% interval {around}"
    return Headline(title, value, around, row.n, row.anchor, row.tone)


def _coverage(material: Material) -> Markup:
    before, after = (_first(material, (f"coverage_{period}",)) for period in ("before", "after"))
    if before is None or after is None:
        seen = fill("How well the observer saw before and after was not measured")
    else:
        seen = fill(
            "Of the subjects known, {} were in sight before the day and {} after it", _told(before), _told(after)
        )
    if material.identified:
        return fill("{}, enough to compare the two.", seen)
    if material.identified is None:
        return fill("{}; comparisons below hold only if sight was equal.", seen)
    return fill(
        "{}: <strong>what changed is not identified</strong>, because it cannot be told from what went out of sight.",
        seen,
    )


def _removals(material: Material) -> Markup:
    campaign = material.campaign
    named = (
        ("removals_observed", "observed"),
        ("removals_inferred", "inferred from silence"),
        ("removals_announced", "announced by platforms"),
    )
    parts = [
        fill("{} {}{}", _told(item), words, where) for name, words in named for item, where in _each(material, name)
    ]
    if not parts:
        return Markup()
    counted = ", which are never added up" if len(parts) > 1 else ""
    return fill(
        "In the window ({}) the removals were {}{}.", span(campaign.start, campaign.end), _joined(parts), counted
    )


def _lifetimes(material: Material) -> Markup:
    before, after = _lifetime(material, "before"), _lifetime(material, "after")
    if before is None or after is None or material.identified is False:
        single = _first(material, ("survival_30d", "survival_7d", "median_lifetime"))
        return fill("{}: {}.", single.disclosed.word.title, _told(single)) if single else Markup()
    what = before.disclosed.word.title
    what = what[:1].lower() + what[1:]
    text = fill(
        "Of what appeared before the day, {} was {}; of what appeared after it, {}", what, _told(before), _told(after)
    )
    difference = _first(material, ("rmst_difference_before_after",))
    if difference is None or difference.estimate.value is None:
        return fill("{}.", text)
    return fill("{}; the difference in mean days up within 30 days was {}.", text, _told(difference))


def _activity(material: Material) -> Markup:
    kinds = ("original", "forward", "link")
    found = [(k, item) for k in kinds if (item := _first(material, (f"posts_change_{k}",)))]
    if not found:
        return Markup()
    if material.identified is False or all(item.estimate.value is None for _, item in found):
        return fill("Whether posting changed is <strong>not identified</strong>; no number is given.")
    parts = [fill("{} by {}", value_word("kind", k), _told(item)) for k, item in found]
    return fill("Posts a day on the constant panel changed: {}.", _joined(parts))


def _migration(material: Material) -> Markup:
    arrived = _first(material, ("arrived_share",)) or _highest(material, "arrived_share")
    worst = (
        _highest(material, "denial_rate_7d")
        or _highest(material, "denial_rate_7")
        or _first(material, ("denial_rate_7d",))
    )
    silent = _first(material, ("silent_share", "quiet_share"))
    moved = _first(material, ("operators_explicit",))
    parts = []
    if moved is not None and moved.estimate.n:
        parts.append(fill("operators declared {}", _told(moved)))
    if arrived is not None:
        where = f" ({arrived.group})" if arrived.group else ""
        parts.append(fill("somebody arrived at {} of the destinations looked at{}", _told(arrived), where))
    if worst is not None:
        where = f" on {worst.group}, the highest of all destinations," if worst.group else ""
        parts.append(fill("refusal or removal within 7 days{} was {}", where, _told(worst)))
    if silent is not None:
        parts.append(fill("{} stayed silent", _told(silent)))
    return fill("Of the moves, {}.", _joined(parts)) if parts else Markup()


def _events(material: Material) -> Markup:
    near = material.campaign.coinciding()
    if not near:
        return Markup()
    names = join([f"“{e.title}”" for e in near])
    return fill(
        "{} coincided with the day ({}): their effect cannot be told from the day’s.",
        plural(len(near), "event").capitalize(),
        names,
    )


def _lived(material: Material) -> Told | None:
    """A lifetime for the top: after the day where before and after can be compared, else of the whole."""
    whole = _first(material, ("median_lifetime", "survival_30d", "survival_7d"))
    if material.identified is False:
        return whole
    return _lifetime(material, "after") or _lifetime(material, "before") or whole


def _each(material: Material, name: str) -> list[tuple[Told, str]]:
    """The estimate for the whole, or else for each platform, with the words that say so."""
    whole = _first(material, (name,))
    if whole is not None:
        return [(whole, "")] if whole.estimate.n else []
    parts = [t for t in material.told if t.estimate.name == name and set(t.strata) == {"platform"}]
    return [(t, f" ({t.group})") for t in parts[:3]]


def _lifetime(material: Material, period: str) -> Told | None:
    for name in ("median_lifetime", "survival_30d", "survival_7d", "rmst_30d"):
        for clock in ("since_first_seen", None):
            group = {"period": period} | ({"clock": clock} if clock else {})
            item = material.find(name, **group)
            if item is not None and item.estimate.value is not None:
                return item
    return None


def _first(material: Material, names: tuple[str, ...]) -> Told | None:
    """The first of the names that was estimated for the whole, preferring no group at all."""
    for name in names:
        for group in ({}, {"panel": "constant"}, {"clock": "since_first_seen"}, *_SINCE, {"period": "window"}):
            item = material.find(name, **group)
            if item is not None:
                return item
    return None


def _highest(material: Material, name: str) -> Told | None:
    told_ = [
        t
        for t in material.section(MIGRATION)
        if t.estimate.name == name and set(t.strata) in ({"platform"}, {"destination"})
    ]
    valued = [(t.estimate.value, t) for t in told_ if t.estimate.value is not None]
    return max(valued, key=lambda pair: pair[0])[1] if valued else None


def _told(item: Told) -> Markup:
    words = estimate_row(item).value if item.disclosed.value_mark else told(item.estimate)
    words = f"{words} ({item.disclosed.n})" if item.disclosed.value_mark else words
    return fill('<a class="told" href="#{}">{}</a>', item.anchor, words)


def _joined(parts: list[Markup]) -> Markup:
    if len(parts) < 2:
        return Markup("").join(parts)
    return fill("{} and {}", Markup(", ").join(parts[:-1]), parts[-1])
