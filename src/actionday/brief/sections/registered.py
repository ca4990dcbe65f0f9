"""One sentence on what was fixed before the day and what was not. Not for: printing the comparisons themselves."""

from markupsafe import Markup

from actionday.brief.material import Material
from actionday.brief.page import fill
from actionday.brief.wording import join, moment, plural
from actionday.records.preregistration import Analysis, Standing, binding, registered, untargeted_of

_NAMED = 4


def registration(material: Material) -> Markup:
    """Which of the brief's comparisons were registered before the day, which were not."""
    campaign, fixed = material.campaign, material.origin.registrations
    found = binding(campaign, fixed)
    if found is None:
        return fill(
            "Nothing was registered before the day: every comparison here may have been chosen after its result was seen."
        )
    by: dict[Standing, list[str]] = {}
    group = untargeted_of(campaign)
    for told in (told for told in material.told if told.disclosed.word.compares):
        estimate = told.estimate
        made = Analysis(estimate.name, campaign.days_before, campaign.days_after, group, estimate.method)
        by.setdefault(registered(made, campaign, fixed).standing, []).append(told.disclosed.word.title)
    kept = by.get(Standing.REGISTERED, []) + by.get(Standing.AFTER_THE_FACT, [])
    others = by.get(Standing.DIFFERS, []) + by.get(Standing.NOT, [])
    when = f"{'only after the day had begun' if found.after_the_fact else 'before the day'}, on {moment(found.at)}"
    absent = sorted(set(found.what.outcomes) - {told.estimate.name for told in material.told})
    lacking = fill(" Registered, and not measured here: {}.", join(absent)) if absent else Markup()
    return fill(
        "Registered {} (SHA-256 {}): {}, against {}, by {}; not registered: {}.{}",
        when,
        found.what.digest[:16],
        _listed(kept) if kept else "none of the comparisons here",
        found.what.comparison,
        found.what.method,
        _listed(others) if others else "no other comparison here",
        lacking,
    )


def _listed(titles: list[str]) -> str:
    distinct = list(dict.fromkeys(titles))
    more = len(distinct) - _NAMED
    named = join(distinct[:_NAMED])
    return f"{named} and {plural(more, 'other')}" if more > 0 else named
