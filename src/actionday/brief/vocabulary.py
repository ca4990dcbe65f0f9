"""What estimates and groups are called in a brief, and which part of it they belong to.

The names are the measures'; a name that is not listed still gets a readable title and lands where its measure belongs, or in
the general table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from actionday.records import Estimate, platform_of

COVERAGE, REMOVALS, LIFETIMES, RETURNS, MIGRATION, ACTIVITY, EFFECT, SCOREBOARD, STRATEGIES, OTHER = (
    "coverage",
    "removals",
    "lifetimes",
    "returns",
    "migration",
    "activity",
    "effect",
    "recipients",
    "strategies",
    "other",
)
SECTIONS = (COVERAGE, REMOVALS, LIFETIMES, RETURNS, MIGRATION, ACTIVITY, EFFECT, SCOREBOARD, STRATEGIES, OTHER)


@dataclass(frozen=True, slots=True)
class Word:
    """How one estimate reads: its title, its section, and whether it compares after with before."""

    title: str
    section: str
    compares: bool = False


WORDS: Mapping[str, Word] = {
    "effect_its": Word("Change of posting, interrupted time series", EFFECT, compares=True),
    "effect_rdit": Word("Jump of posting at the day, discontinuity in time", EFFECT, compares=True),
    "effect_did": Word("Change of posting against the comparison, difference in differences", EFFECT, compares=True),
    **{
        f"effect_{design}_placebo_p": Word(f"Randomisation over dates, {words} (p value)", EFFECT, compares=True)
        for design, words in (("its", "time series"), ("rdit", "discontinuity"), ("did", "differences"))
    },
    **{
        f"reach_regained_{days}d_per_dose": Word(
            f"Reach regained after {days} days: all removed against none", EFFECT, compares=True
        )
        for days in (7, 30)
    },
    "dose_trend_before_p": Word("Test that doses did not go with the trend before (p value)", EFFECT),
    "network_new_bridges": Word("Ties between communities that are new", EFFECT),
    "network_places_filled": Word("Removed ones whose place a newcomer fills", EFFECT),
    "robustness": Word("R: mean share in the largest part over all removals", STRATEGIES),
    "removals_to_10_percent": Word("Removals until the largest part is a tenth of the network", STRATEGIES),
    "rank_stability": Word("Agreement of the strategies' order when ties are missing (Kendall's tau)", STRATEGIES),
    "first_stays_first": Word("How often the best strategy stays the best when ties are missing", STRATEGIES),
    "gap_to_bound": Word("Gap to an upper bound of the audience lost", STRATEGIES),
    "identified": Word("Before and after can be compared", COVERAGE),
    "coverage_before": Word("Share of the known in sight, before the day", COVERAGE),
    "coverage_after": Word("Share of the known in sight, after the day", COVERAGE),
    "coverage_change": Word("Coverage, after over before", COVERAGE),
    "vantages_before": Word("Vantage points alive, before the day", COVERAGE),
    "vantages_after": Word("Vantage points alive, after the day", COVERAGE),
    "panel_size": Word("Constant panel: channels readable on every day", COVERAGE),
    "gone_private": Word("Subjects gone private", COVERAGE),
    "removals_observed": Word("Removals observed in the window", REMOVALS),
    "removals_inferred": Word("Removals inferred from silence in the window", REMOVALS),
    "removals_announced": Word("Removals announced by platforms in the window", REMOVALS),
    "survival_7d": Word("Still up after 7 days", LIFETIMES),
    "survival_30d": Word("Still up after 30 days", LIFETIMES),
    "median_lifetime": Word("Median lifetime", LIFETIMES),
    "rmst_30d": Word("Mean days up within the first 30", LIFETIMES),
    "rmst_difference_before_after": Word(
        "Mean days up within the first 30, after minus before", LIFETIMES, compares=True
    ),
    "lifetimes_differ_p": Word("Test that lifetimes before and after are alike (p value)", LIFETIMES, compares=True),
    "naive_mean_lifespan": Word("Naive mean lifespan: last sight minus first, the living counted as ended", LIFETIMES),
    "closed_by_owner": Word("Closed by their owners on the day", REMOVALS),
    "moved_elsewhere": Word("Moved elsewhere on the day", REMOVALS),
    "gone_actor_unknown": Word("Gone on the day, nobody knows by whose act", REMOVALS),
    "reinstated": Word("Gone and back later; their lives run on", REMOVALS),
    "rmst_difference_between": Word("Mean days up within the first 30, difference between groups", LIFETIMES),
    **{
        f"posts_change_{kind}{tail}": Word(f"{kind_word} posts a day, {words}", ACTIVITY, compares=compares)
        for kind, kind_word in (("original", "Original"), ("forward", "Forwarded"), ("link", "Linking"))
        for tail, words, compares in (
            ("_if_unseen_stopped", "after over before, bound: nothing unseen went on", False),
            ("_if_unseen_continued", "after over before, bound: everything unseen went on", False),
            ("_against_placebo", "change over that at placebo dates", True),
            ("_placebo_rank", "rank of the change among placebo dates", True),
        )
    },
    "posts_change_original": Word("Original posts a day, after over before", ACTIVITY, compares=True),
    "posts_change_forward": Word("Forwarded posts a day, after over before", ACTIVITY, compares=True),
    "posts_change_link": Word("Linking posts a day, after over before", ACTIVITY, compares=True),
    "placebo_change_original": Word("Placebo dates: original posts a day, after over before", ACTIVITY),
    "placebo_change_forward": Word("Placebo dates: forwarded posts a day, after over before", ACTIVITY),
    "placebo_change_link": Word("Placebo dates: linking posts a day, after over before", ACTIVITY),
    **{
        f"{cause}_{n}d_{figure}": Word(f"{words} within {n} day{'s' if n > 1 else ''}, {said}", RETURNS)
        for cause, words in (("returned", "Back on its platform"), ("moved", "First elsewhere"))
        for n in (1, 7, 30)
        for figure, said in (("confirmed", "confirmed only"), ("corrected", "corrected"), ("bounds", "bounds"))
    },
    "days_away_30d_confirmed": Word("Mean days away of the first 30 after a removal, confirmed only", RETURNS),
    "days_away_30d_corrected": Word("Mean days away of the first 30 after a removal, corrected", RETURNS),
    "days_lost_median": Word("Days lost before a return, median of those that returned", RETURNS),
    **{
        f"audience_regained_{n}d": Word(
            f"Audience {n} day{'s' if n > 1 else ''} after a return, over the last before the removal", RETURNS
        )
        for n in (1, 7, 30)
    },
    "audience_next_life": Word("Audience of a life over that of the life before", RETURNS),
    "audience_trend_p": Word("Test that audiences neither rise nor fall from life to life (p value)", RETURNS),
    "lines": Word("Lines of lives that were judged", RETURNS),
    "lives_per_line": Word("Lives a line", RETURNS),
    **{
        f"denial_rate_{n}{d}": Word(f"Refused or removed there within {n} day{'s' if n > 1 else ''}", MIGRATION)
        for n in (1, 7, 30)
        for d in ("", "d")
    },
    "operators_explicit": Word("Moves that operators declared themselves", MIGRATION),
    "operators_inferred": Word("Moves of operators, inferred from their links", MIGRATION),
    "quiet_share": Word("Destinations opened that stayed silent", MIGRATION),
    "arrived_share": Word("Destinations where somebody arrived", MIGRATION),
    "still_there_share": Word("Destinations still there", MIGRATION),
    "silent_share": Word("Destinations opened that stayed silent", MIGRATION),
    "hhi_before": Word("Concentration of outlinks before the day (1 = one home)", MIGRATION),
    "hhi_after": Word("Concentration of outlinks after the day (1 = one home)", MIGRATION),
    **{
        name: Word(title, SCOREBOARD)
        for name, title in (
            ("referred_sent", "Referred: sent"),
            ("removed_share_claimed", "Removed, by the host's word"),
            ("removed_share_seen", "Removed, as we saw it"),
            ("wrongful_share", "Wrongful among what was removed, as an outsider reads it"),
            ("answered_share", "Answered"),
            ("silent_share_referred", "Silent so far"),
            ("declined_share", "Declined with reasons"),
            ("declined_without_reason_share", "Declined without a reason"),
            ("returned_share", "Returned for information"),
            ("geo_blocked_share", "Blocked in some countries only"),
            ("claims_borne_out", "Claimed removals that were seen gone"),
            ("gone_unclaimed_share", "Seen gone although nobody claims to have removed it"),
            ("gone_before_sent_share", "Gone before it was sent"),
            ("contest_possible_share", "Removals that could be contested"),
            ("contest_received_share", "Contested, of those that could be"),
            ("contest_upheld_share", "Contests upheld, of those decided"),
            ("reinstated_share", "Reinstated, of what was removed"),
            ("median_hours_to_act_claimed", "Hours until half was removed, by the host's word"),
            ("median_hours_to_act_seen", "Hours until half was gone, as we saw it"),
            ("one_hour_share", "Orders met within the hour"),
            ("unreferred_gone_share", "Not referred, and gone all the same"),
            ("neighbours_closed_share", "Unremoved neighbours that went private"),
            ("closed_links_share_before", "Neighbours' links that lead into closed spaces, before the day"),
            ("closed_links_share_after", "Neighbours' links that lead into closed spaces, after the day"),
        )
    },
    "neighbours_activity": Word("Posts a day of unremoved neighbours, after over before", SCOREBOARD, compares=True),
    "hhi_change": Word("Concentration of outlinks, after minus before", MIGRATION, compares=True),
}

_PREFIXES = (
    ("coverage", COVERAGE),
    ("vantage", COVERAGE),
    ("panel", COVERAGE),
    ("removals", REMOVALS),
    ("survival", LIFETIMES),
    ("median", LIFETIMES),
    ("rmst", LIFETIMES),
    ("lifetime", LIFETIMES),
    ("naive", LIFETIMES),
    ("turnbull", LIFETIMES),
    ("posts", ACTIVITY),
    ("network", EFFECT),
    ("placebo", ACTIVITY),
    ("denial", MIGRATION),
    ("denied", MIGRATION),
    ("arrived", MIGRATION),
    ("silent", MIGRATION),
    ("operators", MIGRATION),
    ("hhi", MIGRATION),
    ("flow", MIGRATION),
    ("quiet", MIGRATION),
)

RESIDUAL = ", residual"
_COMPARING = ("change", "difference", "differ", "effect", "before_after")

VALUES: Mapping[str, Mapping[str, str]] = {
    "clock": {"since_first_seen": "counted since first seen", "age": "counted by age"},
    "period": {
        "before": "appeared before the day",
        "after": "appeared after the day",
        "window": "on the day",
        "all": "whenever they appeared",
        "after minus before": "after minus before",
    },
    "all": {"all": "newly seen"},
    "kind": {
        "user": "users",
        "admin": "administrators",
        "bot": "bots",
        "channel": "channels",
        "original": "original posts",
        "forward": "forwarded posts",
        "link": "linking posts",
    },
    "signal": {
        "operators_explicit": "Operators, by their own word",
        "operators_inferred": "Operators, inferred",
        "audience": "Audience",
        "links": "Links posted",
        "talk": "Talk of a platform",
    },
    "method": {"kaplan-meier": "Kaplan–Meier", "turnbull": "Turnbull"},
    "basis": {"observed": "observed", "inferred": "inferred", "announced": "announced"},
    "panel": {"constant": "constant panel", "all": "all channels"},
}


def word_of(estimate: Estimate, measure: str) -> Word:
    """Title, section and comparison of an estimate; by its name, else by its beginning, else by its measure."""
    known = WORDS.get(estimate.name)
    if known is not None:
        return known
    section = next((section for start, section in _PREFIXES if estimate.name.startswith(start)), "")
    section = section or (measure if measure in SECTIONS else OTHER)
    return Word(readable(estimate.name), section, any(part in estimate.name for part in _COMPARING))


def readable(name: str) -> str:
    """A name in snake case as words: ``Returns within 7 days`` of ``returns_within_7_days``."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def value_word(key: str, value: str) -> str:
    """A group's value as the brief says it. Residual: there at the first snapshot, so that its beginning was not seen."""
    if value.endswith(RESIDUAL):
        base = value.removesuffix(RESIDUAL)
        return (
            "there at the first snapshot" if base == "all" else f"{value_word(key, base)}, there at the first snapshot"
        )
    return VALUES.get(key, {}).get(value) or place_title(value)


def short_place(name: str) -> str:
    """A platform's title for a tight place: without what stands in brackets."""
    return place_title(name).split(" (", maxsplit=1)[0]


def place_title(name: str) -> str:
    """A platform's title; any other word as it is."""
    known = platform_of(name)
    return known.title if known else name
