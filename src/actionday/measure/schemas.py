"""The tidy tables that measures hand on: the contract between `measure` and `brief`, and the codebook's source.

Days are dates in UTC, weeks are the Monday that begins them, durations are days (float). `group_by` is one of
all | organisation | platform | kind | language; `group` its value ("all" for all). Counts below 5 are suppressed by
`brief`, not here.
"""

import pyarrow as pa

_S, _I, _F, _B, _D = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()
_T = pa.timestamp("us", tz="UTC")


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


COHORT = _schema(
    subject=_S,
    platform=_S,
    kind=_S,  # user | admin | bot | channel
    organisation=_S,  # by human judgement; "none recorded" where there is none
    language=_S,
    created_at=_T,  # null unless known
    first_seen=_T,
    residual=_B,  # seen in the first snapshot of its source: its beginning was not observed
    last_present=_T,  # last moment at which it was certainly there
    first_miss=_T,  # first of the confirming misses; null while not confirmed gone
    event=_S,  # removed | closed | moved | gone ; null = still there or lost from sight (censored at last_present)
    exact=_B,  # the end is known to the second (an operator's own log), not bracketed
    basis=_S,  # observed | inferred (from silence after steady activity; never counted as observed)
    blind=_B,  # the observer lost sight of it (private, blocked, vantage gone) before the end
    n_looks=_I,  # sightings behind it
)

REMOVALS_BY_DAY = _schema(day=_D, platform=_S, kind=_S, organisation=_S, basis=_S, count=_I)
"""basis: observed | inferred | announced, side by side, never summed. Observed ones are dated by `first_miss`."""

POSTS_BY_DAY = _schema(day=_D, kind=_S, panel=_S, count=_I, low=_I, high=_I, coverage=_F)
"""kind: original | forward | link. panel: all | constant (channels readable on every day of both windows).
low: none of what went unseen continued; high: all of it did, at its own earlier rate. coverage: share of the panel readable."""

COVERAGE_BY_DAY = _schema(day=_D, vantages=_I, readable=_I, gone_private=_I, gone=_I, panel_readable=_I, panel=_I)

CURVES = _schema(
    clock=_S,  # since_first_seen | age
    group_by=_S,
    group=_S,
    period=_S,  # all | before | after (subjects that entered before, or after, the day)
    method=_S,  # kaplan-meier | turnbull
    days=_F,
    survival=_F,
    low=_F,
    high=_F,
    at_risk=_I,  # null for turnbull
)

SUPPORT = _schema(clock=_S, group_by=_S, group=_S, period=_S, left=_F, right=_F, mass=_F, unique=_B)
"""Turnbull's support: where mass sits; between `left` and `right` its place is not determined. unique: mass is identified."""

FLOWS = _schema(week=_D, signal=_S, source=_S, destination=_S, organisation=_S, count=_I)
"""signal: operators_explicit | operators_inferred | audience | links | talk. source and destination are platforms."""

DESTINATIONS = _schema(
    platform=_S,
    organisation=_S,
    venues=_I,  # places announced or linked as the new home
    looked_at=_I,  # of which we have at least one look or post
    arrived=_I,
    denied_1=_I,  # refused or removed there within 1, 7, 30 days of arrival
    denied_7=_I,
    denied_30=_I,
    still_there=_I,
    silent=_I,  # opened, and no post in the 14 days after
    posts_per_week=_F,  # median over arrived venues
)

CONCENTRATION = _schema(week=_D, organisation=_S, hhi=_F, low=_F, high=_F, destinations=_I, n=_I)
"""Herfindahl-Hirschman index of a week's outlinks over destination platforms: 1 = one home, 1/k = spread over k."""

NODES = _schema(node=_S, platform=_S, kind=_S, organisation=_S, gone=_B, degree=_I)
EDGES = _schema(source=_S, target=_S, kind=_S, weight=_I)
"""The network sketch: at most 150 best-connected nodes; `node` is an opaque number, never a name."""

TIDY_LIFETIMES = _schema(
    subject=_S,  # pseudonym under the brief's own fresh key
    entry=_F,  # days from the clock's zero to coming under observation (delayed entry)
    left=_F,  # last present, days
    right=_F,  # first confirming miss, days; infinity = censored
    event=_S,
    kind=_S,
    platform=_S,
    organisation=_S,
    period=_S,
    clock=_S,
)

INCIDENCE = _schema(
    figure=_S,  # confirmed | corrected | none | all (the bounds: none, or all, of the unlabelled)
    cause=_S,  # returned | moved
    group_by=_S,
    group=_S,
    days=_F,  # since the removal
    value=_F,  # cumulative incidence
    low=_F,
    high=_F,
    at_risk=_I,  # of the first imputation; null for the bounds
)

LIVES = _schema(
    line=_I,  # numbers without meaning, one a line
    subject=_S,  # pseudonym under the brief's own fresh key
    life=_I,  # 1 for the first
    platform=_S,
    kind=_S,
    relation=_S,  # to the life before: successor | backup | rename; null for a line's first
    first_seen=_D,
    last_present=_D,
    ended=_D,  # first confirming miss; null while it is there
    event=_S,
    before=_S,  # the life before, by pseudonym; null for a line's first
)
"""Lines of lives that people judged to belong together: the strips of the brief."""

GENERATIONS = _schema(life=_I, platform=_S, kind=_S, count=_I)
"""How many subjects are a line's first, second, … life."""

STRATEGIES = _schema(strategy=_S, backups=_B, removals=_I, r=_F, to_10_percent=_I, note=_S)
"""backups: the audience follows backups that were announced. to_10_percent: null where the giant component stays larger."""

REMOVAL_CURVES = _schema(
    strategy=_S,
    backups=_B,
    removal=_I,  # 0 is the state before any
    spent=_F,  # of the budget, at the cost of each kind
    giant=_I,  # nodes in the largest component
    audience=_I,  # standing ordinary users connected with a standing channel
    audience_stated=_F,  # what platforms say that standing channels have, added up: overlap unknown
    cascade=_I,  # nodes to which forwards can carry a post of a standing seed
    leaderless=_I,  # standing channels whose known administrators are all removed
    one_click=_F,  # standing places that a removed channel had pointed to, mean over its members
)

STRATEGY_CURVES = _schema(
    strategy=_S,
    removal=_I,  # 0 is the state before any
    giant=_I,
    audience=_I,
    nodes=_I,  # of the whole network
    reached=_I,  # audience before any removal
)
"""A brief's curves: one strategy a family, about a hundred places of each, backups not followed."""

EFFECT_DAYS = _schema(day=_D, group=_S, relative=_F, channels=_I)
"""group: targeted | comparison. relative: posts a channel and day over their mean before the day; null where too few were in sight."""

EFFECT_PLACEBOS = _schema(design=_S, value=_F)
"""Relative effects of each design (its | rdit | did) at dates before the day, when nothing was done."""

FORECAST_SCORES = _schema(
    group_by=_S,
    group=_S,
    outcome=_S,  # ends | arrivals | standing
    weeks=_I,  # ahead
    day=_D,  # on which it would have been said, from what was known then
    came=_F,
    median=_F,
    low=_F,  # of the 95 % interval
    high=_F,
    pit=_F,  # where among the draws it came, 0 to 1
    crps=_F,
    persistence=_F,  # the baselines' scores
    season=_F,  # null where no year before was observed
)

FORECAST_PATHS = _schema(group_by=_S, group=_S, plan=_S, week=_I, median=_F, low=_F, high=_F)
"""How many stand at the end of each week ahead, by plan; only where the model beats persistence."""

TABLES: dict[str, pa.Schema] = {  # of a brief
    "removals_by_day": REMOVALS_BY_DAY,
    "posts_by_day": POSTS_BY_DAY,
    "coverage_by_day": COVERAGE_BY_DAY,
    "curves": CURVES,
    "support": SUPPORT,
    "flows": FLOWS,
    "destinations": DESTINATIONS,
    "concentration": CONCENTRATION,
    "nodes": NODES,
    "edges": EDGES,
    "lifetimes": TIDY_LIFETIMES,
    "incidence": INCIDENCE,
    "lives": LIVES,
    "generations": GENERATIONS,
    "effect_days": EFFECT_DAYS,
    "effect_placebos": EFFECT_PLACEBOS,
    "strategy_curves": STRATEGY_CURVES,
}
