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


_LIVED = ("median_lifetime", "survival_30d", "survival_7d", "rmst_30d")
_WHAT = {
    "median_lifetime": "Half of what appeared before the day was gone after {}, half of what appeared after it after {}",
    "survival_30d": "Of what appeared before the day, {} was still up after 30 days; of what appeared after it, {}",
    "survival_7d": "Of what appeared before the day, {} was still up after 7 days; of what appeared after it, {}",
    "rmst_30d": "What appeared before the day was up {} of its first 30 days on average; what appeared after it, {}",
}
_ENOUGH = 10
_BY_PLACE = ({"platform"}, {"destination"})
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
        _highest(material, ("denial_rate_7d", "denial_rate_7")) or _first(material, ("hhi_change", "hhi_after")),
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
    before, after = _pair(material) if material.identified is not False else (None, None)
    if before is None or after is None:
        single = _first(material, _LIVED)
        return fill("{}: {}.", single.disclosed.word.title, _told(single)) if single else Markup()
    what = _WHAT[before.estimate.name]
    text = fill(what, _told(before), _told(after))
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
    arrived = _first(material, ("arrived_share",))
    worst = _highest(material, ("denial_rate_7d", "denial_rate_7"))
    silent = _first(material, ("silent_share", "quiet_share"))
    moved = _first(material, ("operators_explicit",))
    parts = []
    if moved is not None and moved.estimate.n:
        parts.append(fill("operators declared moves themselves: {}", _told(moved)))
    if arrived is not None:
        parts.append(fill("somebody arrived at {} of the destinations looked at", _told(arrived)))
    if silent is not None:
        parts.append(fill("{} of those opened stayed silent", _told(silent)))
    if worst is not None:
        highest = "refusal or removal within 7 days was most frequent on {}: {}"
        parts.append(fill(highest, worst.group, _told(worst)))
    if not parts:
        return Markup()
    return fill("{}{}.", parts[0][:1].upper(), Markup("; ").join([parts[0][1:], *parts[1:]]))


def _events(material: Material) -> Markup:
    near = material.campaign.coinciding()
    if not near:
        return Markup()
    names = join([f"“{e.title}”" for e in near])
    whose = "its effect" if len(near) == 1 else "their effects"
    return fill(
        "{} coincided with the day ({}): {} cannot be told from the day’s.", plural(len(near), "event"), names, whose
    )


def _lived(material: Material) -> Told | None:
    """A lifetime for the top: after the day where before and after can be compared, else of the whole."""
    whole = _first(material, _LIVED)
    if material.identified is False:
        return whole
    return _pair(material)[1] or whole


def _each(material: Material, name: str) -> list[tuple[Told, str]]:
    """The estimate for the whole, or else for each platform, with the words that say so."""
    whole = _first(material, (name,))
    if whole is not None:
        return [(whole, "")] if whole.estimate.n else []
    parts = [t for t in material.told if t.estimate.name == name and set(t.strata) == {"platform"}]
    return [(t, f" ({t.group})") for t in parts[:3]]


def _pair(material: Material) -> tuple[Told | None, Told | None]:
    """The same quantity before and after the day, the first of _LIVED that both have."""
    for name in _LIVED:
        for group in ({"clock": "since_first_seen"}, {}):
            before, after = (material.find(name, **group, period=period) for period in ("before", "after"))
            if before and after and before.estimate.value is not None and after.estimate.value is not None:
                return before, after
    return None, None


def _first(material: Material, names: tuple[str, ...]) -> Told | None:
    """The first of the names that was estimated for the whole, preferring no group at all."""
    for name in names:
        for group in ({}, {"panel": "constant"}, {"clock": "since_first_seen"}, *_SINCE, {"period": "window"}):
            item = material.find(name, **group)
            if item is not None:
                return item
    return None


def _highest(material: Material, names: tuple[str, ...]) -> Told | None:
    """The largest of a share over destinations, among those with enough venues to speak of."""
    by_place = [t for t in material.section(MIGRATION) if t.estimate.name in names and set(t.strata) in _BY_PLACE]
    valued = [(t.estimate.value, t) for t in by_place if t.estimate.value and t.estimate.n >= _ENOUGH]
    return max(valued, key=lambda pair: pair[0])[1] if valued else None


def _told(item: Told) -> Markup:
    words = estimate_row(item).value if item.disclosed.value_mark else told(item.estimate)
    words = f"{words} ({item.disclosed.n})" if item.disclosed.value_mark else words
    return fill('<a class="told" href="#{}">{}</a>', item.anchor, words)


def _joined(parts: list[Markup]) -> Markup:
    if len(parts) < 2:
        return Markup("").join(parts)
    return fill("{} and {}", Markup(", ").join(parts[:-1]), parts[-1])
