"""What every column of the CSV files means; written beside them as CSV and as Markdown. A test holds it to the schemas."""

from collections.abc import Mapping

TABLE_SAYS: Mapping[str, str] = {
    "removals_by_day": "Removals by day, platform, kind, organisation and basis. Never add bases up. Rows that a total would tell are left out.",
    "posts_by_day": "Posts by day and kind of post, for the constant panel and for all channels.",
    "coverage_by_day": "What the observer could see, by day.",
    "curves": "Survival curves: one row a step.",
    "support": "Turnbull's support: the stretches that hold probability mass.",
    "flows": "Signals of migration by week, from platform to platform. Rows that a total would tell are left out.",
    "destinations": "Destination venues by platform, followed to their end.",
    "concentration": "How concentrated each week's outlinks are over destination platforms.",
    "nodes": "Nodes of the network sketch; numbers without meaning, no names.",
    "edges": "Ties of the network sketch.",
    "incidence": "Cumulative incidence of returns and moves after removals, in the figures side by side: one row a day told.",
    "lives": "Lines of lives that people judged to belong together, one row a life. A link is a lead, never a ground.",
    "generations": "How many subjects are a line's first, second, … life.",
    "effect_days": "Posts a channel and day over their mean before the day, of targeted and comparison channels.",
    "effect_placebos": "Effects that each design finds at dates before the day, when nothing was done.",
    "strategy_curves": "What would be left of the network that was seen after so many removals, by strategy, if nobody reacted. Structure, not an effect.",
    "lifetimes": "One row a subject and clock. Small groups are merged; subjects in groups that stay too small are left out.",
}

_SHARED: Mapping[str, str] = {
    "day": "date, UTC",
    "week": "Monday that begins the week, UTC",
    "platform": "platform's name in actionday",
    "kind": "user, admin, bot or channel",
    "organisation": "by human judgement; 'none recorded' where there is none; 'few, taken together' where merged",
    "clock": "since_first_seen (starts at the first sighting) or age (starts at a known creation)",
    "group_by": "all, organisation, platform, kind or language",
    "group": "value of group_by; 'all' for all",
    "period": "all, before or after: whether subjects entered before or after the day",
}

COLUMN_SAYS: Mapping[str, Mapping[str, str]] = {
    "removals_by_day": {
        "basis": "observed (dated by the first confirming miss), inferred (silence after steady activity) or announced (a platform's own count)",
        "count": "removals; <5 = fewer than 5; hidden = withheld so that no total gives a suppressed cell away",
    },
    "posts_by_day": {
        "kind": "original, forward or link",
        "panel": "constant (channels readable on every day of both windows) or all",
        "count": "posts; <5 = fewer than 5",
        "low": "posts if none of what went unseen continued; empty where count is suppressed",
        "high": "posts if all of what went unseen continued at its own earlier rate; empty where count is suppressed",
        "coverage": "share of the panel readable, 0 to 1",
    },
    "coverage_by_day": {
        "vantages": "our own vantage points alive",
        "readable": "subjects readable; <5 = fewer than 5",
        "gone_private": "subjects that went private or blocked the prober; <5 = fewer than 5",
        "gone": "subjects gone; <5 = fewer than 5",
        "panel_readable": "channels of the constant panel readable; <5 = fewer than 5",
        "panel": "channels in the constant panel; <5 = fewer than 5",
    },
    "curves": {
        "method": "kaplan-meier or turnbull",
        "days": "days on the clock",
        "survival": "share still up, 0 to 1; empty where fewer than 5 were at risk",
        "low": "lower end of the pointwise 95 % interval",
        "high": "upper end of the pointwise 95 % interval",
        "at_risk": "subjects at risk just before; empty for turnbull; <5 = fewer than 5",
    },
    "support": {
        "left": "beginning of the stretch, days",
        "right": "end of the stretch, days; inf = open",
        "mass": "probability in the stretch; its place within is not determined",
        "unique": "whether the mass itself is identified",
    },
    "flows": {
        "signal": "operators_explicit, operators_inferred, audience, links or talk",
        "source": "platform the signal comes from",
        "destination": "platform it points to; a hash where it was an address",
        "count": "signals; <5 = fewer than 5; hidden = withheld so that no total gives a suppressed cell away",
    },
    "destinations": {
        "venues": "places announced or linked as the new home; <5 = fewer than 5",
        "looked_at": "of which there is at least one look or post; <5 = fewer than 5",
        "arrived": "of which somebody arrived; <5 = fewer than 5",
        "denied_1": "refused or removed there within 1 day of arrival; <5 = fewer than 5",
        "denied_7": "refused or removed there within 7 days of arrival; <5 = fewer than 5",
        "denied_30": "refused or removed there within 30 days of arrival; <5 = fewer than 5",
        "still_there": "still there at the end; <5 = fewer than 5",
        "silent": "opened, and no post in the 14 days after; <5 = fewer than 5",
        "posts_per_week": "median posts a week over venues where somebody arrived; empty where these are fewer than 5",
    },
    "concentration": {
        "hhi": "Herfindahl-Hirschman index, 1/k to 1; empty where n is suppressed",
        "low": "lower end of the 95 % interval",
        "high": "upper end of the 95 % interval",
        "destinations": "destination platforms that week",
        "n": "outlinks that week; <5 = fewer than 5",
    },
    "nodes": {
        "node": "a number without meaning",
        "kind": "user, admin, bot or channel; 'few, taken together' where merged",
        "gone": "whether it is gone",
        "degree": "ties in the sketch; <5 = fewer than 5",
    },
    "edges": {
        "source": "node",
        "target": "node",
        "kind": "kind of tie",
        "weight": "how often; <5 = fewer than 5",
    },
    "incidence": {
        "figure": "confirmed (as observed), corrected (for missed and wrong links), none or all (bounds: none, or all, of the unlabelled)",
        "cause": "returned or moved, whichever came first",
        "days": "days since the removal",
        "value": "share of the removed, 0 to 1; empty where fewer than 5 were at risk",
        "low": "lower end of the pointwise 95 % interval; empty for bounds",
        "high": "upper end of the pointwise 95 % interval; empty for bounds",
        "at_risk": "subjects at risk just after, in the first imputation; empty for bounds; <5 = fewer than 5",
    },
    "lives": {
        "line": "a number without meaning",
        "subject": "pseudonym under a key made for this brief alone and kept nowhere",
        "life": "1 for the first",
        "relation": "to the life before, by judgement: successor, backup or rename; empty for a line's first",
        "first_seen": "date of the first sight, UTC",
        "last_present": "date of the last sight, UTC",
        "ended": "date of the first confirming miss, UTC; empty while it is there",
        "event": "removed, closed, moved or gone; empty = still there or lost from sight",
        "before": "the life before, by pseudonym; empty for a line's first",
    },
    "generations": {
        "life": "1 for the first",
        "count": "subjects; <5 = fewer than 5",
    },
    "effect_days": {
        "group": "targeted or comparison",
        "relative": "posts a channel and day over their mean before; empty where fewer than half were in sight",
        "channels": "channels behind it; groups of fewer than 5 are left out",
    },
    "effect_placebos": {
        "design": "its, rdit or did",
        "value": "relative effect: 0 is none",
    },
    "strategy_curves": {
        "strategy": "who is removed, and in which order",
        "removal": "how many are removed by then; <5 = fewer than 5",
        "giant": "nodes in the largest connected part; <5 = fewer than 5",
        "audience": "ordinary users connected with a standing channel; <5 = fewer than 5",
        "nodes": "nodes of the whole network; <5 = fewer than 5",
        "reached": "audience before any removal; <5 = fewer than 5",
    },
    "lifetimes": {
        "subject": "pseudonym under a key made for this brief alone and kept nowhere",
        "entry": "days from the clock's zero to coming under observation (delayed entry), to two decimals",
        "left": "last present, days, to two decimals",
        "right": "first confirming miss, days, to two decimals; inf = censored",
        "event": "removed, closed, moved or gone; empty = still there or lost from sight",
    },
}


def says(table: str, column: str) -> str:
    """What a column of a table means."""
    return COLUMN_SAYS.get(table, {}).get(column) or _SHARED[column]
