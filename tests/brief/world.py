"""A small plausible result, drawn from a seed: every table and most estimates that measures hand on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pyarrow as pa

from actionday.brief import BriefOrigin, InputFile
from actionday.measure.schemas import TABLES
from actionday.records import Campaign, Estimate, Event, Measure

KEY = b"0123456789abcdef-test"
START, END = datetime(2019, 11, 21, tzinfo=UTC), datetime(2019, 11, 24, 23, 59, 59, tzinfo=UTC)
ORGANISATIONS = ("Organisation A", "Organisation B", "none recorded")
KINDS = ("channel", "user", "bot", "admin")
HAVENS = ("xmpp", "matrix", "rocketchat", "threema", "mewe", "website", "twitter", "friendica", "diaspora")


def campaign(*, synthetic: bool = True) -> Campaign:
    """An action day of four days with an outage inside and an arrest before."""
    events = (
        Event(datetime(2019, 11, 4, 9, tzinfo=UTC), "policy", "Platform changes its terms"),
        Event(datetime(2019, 11, 22, 10, tzinfo=UTC), "outage", "Platform outage of six hours"),
        Event(datetime(2019, 11, 26, 12, tzinfo=UTC), "arrest", "Arrest of an administrator"),
        Event(datetime(2019, 12, 12, 8, tzinfo=UTC), "other_action_day", "Second action day"),
    )
    return Campaign("Action day of November", START, END, 30, 30, ("twitter",), (), 3, events, synthetic)


def origin(*, synthetic: bool = True, marking: str = "TLP:AMBER") -> BriefOrigin:
    """Inputs in four formats, some rows refused."""
    formats = ("telegram_export", "sightings", "announced", "snapshots")
    inputs = tuple(InputFile(f"export-{i}.json", f"{i:02x}" * 32, formats[i % 4], 1000 * (i + 1)) for i in range(9))
    return BriefOrigin(
        datetime(2026, 11, 23, 16, 0, tzinfo=UTC),
        "0.1.0",
        {"python": "3.11.7", "duckdb": "1.5.0", "polars": "1.30.0"},
        "home-7f3a",
        7,
        inputs,
        {"posts": 12, "sightings": 8, "links": 12},
        quarantine={"no time zone declared": 214, "not JSON": 3, "id missing": 17},
        synthetic=synthetic,
        marking=marking,
    )


@cache
def measures(seed: int = 7, *, identified: bool = True) -> tuple[Measure, ...]:
    """All seven measures. Without `identified` only the observer goes blind."""
    random = np.random.default_rng(seed)
    return (
        _coverage(random, identified=identified),
        _activity(random, identified=identified),
        _lifetimes(random),
        _migration(random),
        recipients(),
        _strategies(),
        _effect(),
        _returns(random),
        Measure("network", (), _network(random)),
    )


def _strategies() -> Measure:
    """Two strategies on a network of 300: one that takes it apart, one that hardly does and stops early."""
    rows: list[dict[str, object]] = []
    for strategy, removals, speed in (("adaptive degree", 300, 12.0), ("ordinary users", 120, 1.0)):
        for removal in range(0, removals + 1, 3):
            left = (1 - removal / 300) ** speed
            counts = {"giant": int(280 * left), "audience": int(180 * (1 - removal / 300) ** (speed / 2))}
            rows.append({"strategy": strategy, "removal": removal, **counts, "nodes": 300, "reached": 180})
    told = [
        Estimate(
            "robustness", r, r, r, "share", 300, "exact curve", group={"strategy": name, "backups": "not followed"}
        )
        for name, r in (("adaptive degree", 0.08), ("ordinary users", 0.3))
    ]
    told.append(Estimate("rank_stability", 0.8, 0.7, 0.9, "tau", 10, "10 draws", group={"edges_missing": "30%"}))
    return Measure("strategies", tuple(told), {"strategy_curves": table("strategy_curves", rows)}, ("Structure.",))


def _effect() -> Measure:
    """Targeted channels post half as much after the day; more channels removed, less regained."""
    random = np.random.default_rng(3)  # its own stream: the other measures stay as they are
    rows: list[dict[str, object]] = [
        {
            "day": day,
            "group": group,
            "relative": None if place in (5, 6) else level + 0.05 * float(random.standard_normal()),
            "channels": 50,
        }
        for group in ("targeted", "comparison")
        for place, day in enumerate(days())
        for level in (0.5 if group == "targeted" and day >= START.date() else 1.0,)
    ]
    usual: list[dict[str, object]] = [
        {"design": "its", "value": 0.1 * float(random.standard_normal())} for _ in range(20)
    ]
    slopes = tuple(
        Estimate(
            f"reach_regained_{horizon}d_per_dose",
            value,
            value - 0.2,
            value + 0.2,
            "share of reach",
            50,
            "least squares",
            group={"kind": kind},
        )
        for horizon in (7, 30)
        for kind, value in (("users", -0.1), ("channels", -0.4))
    )
    network = tuple(
        Estimate(f"network_{what}", value, value, value, unit, 80, "count", group={"period": period})
        for what, unit, ends in (
            ("nodes", "count", (82.0, 61.0)),
            ("ties", "count", (140.0, 70.0)),
            ("components", "count", (3.0, 9.0)),
            ("giant", "share", (0.93, 0.41)),
            ("assortativity", "index, correlation of degrees", (-0.23, 0.05)),
        )
        for period, value in zip(("before", "after"), ends, strict=True)
    )
    return Measure(
        "effect",
        (*slopes, *network),
        {"effect_days": table("effect_days", rows), "effect_placebos": table("effect_placebos", usual)},
    )


def table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """Rows as a table with its declared schema."""
    return pa.Table.from_pylist(rows, TABLES[name])


def days() -> list[date]:
    """The campaign's days."""
    first = START.date() - timedelta(days=30)
    return [first + timedelta(days=i) for i in range(64)]


def _coverage(random: np.random.Generator, *, identified: bool) -> Measure:
    rows: list[dict[str, object]] = []
    for day in days():
        late = day > END.date()
        on = START.date() <= day <= END.date()
        share = 0.97 if not late else 0.84 if identified else 0.18
        rows.append(
            {
                "day": day,
                "vantages": 6 if not late else 4 if identified else 1,
                "readable": int((1840 if not late else 690) * share + random.integers(-20, 20)),
                "gone_private": int(random.integers(0, 4) + (34 if on else 6 * late)),
                "gone": int(random.integers(1, 9) + (290 if on else 0)),
                "panel_readable": int(412 * share + random.integers(-3, 3)),
                "panel": 412,
            }
        )
    caveats = ("Vantage points that died with the day are counted as lost, not replaced.",)
    after = (0.84, 0.80, 0.87) if identified else (0.18, 0.15, 0.22)
    estimates = (
        Estimate(
            "identified",
            float(identified),
            None,
            None,
            "boolean",
            412,
            "coverage after the day at least 60 % of the panel",
            caveats=caveats,
        ),
        Estimate(
            "coverage_before",
            0.97,
            0.95,
            0.98,
            "share",
            412,
            "share of panel-days readable, bootstrap over channels",
            caveats=caveats,
        ),
        Estimate(
            "coverage_after",
            *after,
            "share",
            412,
            "share of panel-days readable, bootstrap over channels",
            caveats=caveats,
        ),
    )
    return Measure("coverage", estimates, {"coverage_by_day": table("coverage_by_day", rows)})


def _activity(random: np.random.Generator, *, identified: bool) -> Measure:
    removed: list[dict[str, object]] = []
    posts: list[dict[str, object]] = []
    for day in days():
        on = START.date() <= day <= END.date()
        for platform in ("telegram", "twitter", "matrix"):
            for kind in KINDS:
                for organisation in ORGANISATIONS:
                    rate = (0.35 if kind == "channel" else 0.12) * (60 if on and platform == "telegram" else 1)
                    for basis, factor in (("observed", 1.0), ("inferred", 0.25)):
                        count = int(random.poisson(rate * factor))
                        if count:
                            removed.append(
                                {
                                    "day": day,
                                    "platform": platform,
                                    "kind": kind,
                                    "organisation": organisation,
                                    "basis": basis,
                                    "count": count,
                                }
                            )
        announced = int(random.integers(200, 300) + (2400 if on else 0))
        removed.append(
            {
                "day": day,
                "platform": "telegram",
                "kind": "channel",
                "organisation": "none recorded",
                "basis": "announced",
                "count": announced,
            }
        )
        posts += _posts(random, day)
    changes = {"original": (0.12, 0.09, 0.16), "forward": (0.08, 0.05, 0.12), "link": (0.31, 0.22, 0.43)}
    method = "ratio of daily means on the constant panel, block bootstrap by channel (999)"
    caveats = ("Bounds widen where the panel went out of sight.", "An outage lies inside the window.")
    estimates = [
        Estimate(
            "removals_observed", 905, 905, 905, "count", 905, "count", caveats=("Dated by the first confirming miss.",)
        ),
        Estimate(
            "removals_inferred",
            214,
            214,
            214,
            "count",
            214,
            "count",
            caveats=("Silence after steady activity; never counted as observed.",),
        ),
        Estimate(
            "removals_announced",
            10655,
            10655,
            10655,
            "count",
            10655,
            "count",
            caveats=("The platform's own count; scope not stated.",),
        ),
    ]
    for kind, (value, low, high) in changes.items():
        estimates.append(
            Estimate(
                f"posts_change_{kind}",
                value if identified else None,
                low,
                high,
                "ratio",
                31204,
                method,
                caveats=caveats if identified else ("not identified: the panel went out of sight", *caveats),
            )
        )
    estimates.append(
        Estimate("placebo_change_original", 0.98, 0.87, 1.09, "ratio", 30011, f"{method}; placebo dates", caveats=())
    )
    estimates.append(
        Estimate(
            "returns_within_7_days",
            0.22,
            0.18,
            0.27,
            "share",
            341,
            "judged pairs, Wilson interval",
            caveats=("Only judged pairs count.",),
        )
    )
    return Measure(
        "activity",
        tuple(estimates),
        {"removals_by_day": table("removals_by_day", removed), "posts_by_day": table("posts_by_day", posts)},
    )


def _posts(random: np.random.Generator, day: date) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    since = (day - END.date()).days
    level = 1.0 if day < START.date() else 0.5 if since <= 0 else 0.11 + 0.002 * since
    for kind, base in (("original", 5200), ("forward", 3100), ("link", 640)):
        weekly = 1 + 0.12 * np.sin(day.toordinal() / 7 * 2 * np.pi)
        count = int(random.poisson(base * level * weekly * (2 if kind == "link" and level < 1 else 1)))
        unseen = 0.0 if day < START.date() else 0.10
        out.append(
            {
                "day": day,
                "kind": kind,
                "panel": "constant",
                "count": count,
                "low": count,
                "high": int(count + unseen * base),
                "coverage": 1 - unseen,
            }
        )
        out.append(
            {
                "day": day,
                "kind": kind,
                "panel": "all",
                "count": int(count * 1.3 + random.integers(0, 90)),
                "low": count,
                "high": count * 2,
                "coverage": 1 - unseen,
            }
        )
    return out


def _lifetimes(random: np.random.Generator) -> Measure:
    curves: list[dict[str, object]] = []
    lives: list[dict[str, object]] = []
    support: list[dict[str, object]] = []
    estimates: list[Estimate] = []
    for clock in ("since_first_seen", "age"):
        for period, scale, n in (("before", 48.0, 1204), ("after", 9.0, 388)):
            ends = random.weibull(0.85, n) * scale
            curves += _steps(clock, "all", "all", period, ends, random)
            for kind, factor in (("channel", 1.0), ("user", 0.6), ("bot", 1.6), ("admin", 0.45)):
                curves += _steps(clock, "kind", kind, period, random.weibull(0.85, n // 4) * scale * factor, random)
            for i, end in enumerate(ends):
                kind = KINDS[int(random.choice(4, p=(0.6, 0.3, 0.08, 0.02)))]
                lives.append(
                    {
                        "subject": f"telegram:channel:{period}{i}",
                        "entry": 0.0,
                        "left": float(end),
                        "right": float(end + 1) if end < 40 else float("inf"),
                        "event": "removed" if end < 40 else None,
                        "kind": kind,
                        "platform": str(random.choice(["telegram", "twitter", "matrix"], p=(0.9, 0.09, 0.01))),
                        "organisation": str(random.choice(ORGANISATIONS, p=(0.5, 0.3, 0.2))),
                        "period": period,
                        "clock": clock,
                    }
                )
        support += [
            {
                "clock": clock,
                "group_by": "all",
                "group": "all",
                "period": "before",
                "left": a,
                "right": a + 3,
                "mass": 0.05,
                "unique": False,
            }
            for a in (11.0, 26.0)
        ]
    method = "Turnbull on day brackets, percentile bootstrap (999)"
    caveats = (
        "Probed twice a day before the day, once a day after: brackets differ.",
        "Subjects of the first snapshot are residual.",
    )
    for period, (s7, s30, median, rmst, n) in {
        "before": (0.86, 0.55, 33.4, 21.9, 1204),
        "after": (0.49, 0.07, 6.1, 9.0, 388),
    }.items():
        group = {"clock": "since_first_seen", "period": period}
        estimates += [
            Estimate("survival_7d", s7, s7 - 0.03, s7 + 0.03, "share", n, method, caveats=caveats, group=group),
            Estimate("survival_30d", s30, s30 - 0.03, s30 + 0.03, "share", n, method, caveats=caveats, group=group),
            Estimate(
                "median_lifetime", median, median * 0.9, median * 1.12, "days", n, method, caveats=caveats, group=group
            ),
            Estimate("rmst_30d", rmst, rmst - 0.8, rmst + 0.8, "days", n, method, caveats=caveats, group=group),
            Estimate(
                "naive_mean_lifespan",
                rmst * 0.7,
                rmst * 0.6,
                rmst * 0.8,
                "days",
                n // 2,
                "mean over ended lives",
                caveats=("Too short by construction.",),
                group=group,
            ),
        ]
        for place, kind in enumerate(KINDS):
            value = s7 - 0.05 * place
            n_kind = (700, 300, 60, 3)[place]
            estimates.append(
                Estimate(
                    "survival_7d",
                    value,
                    value - 0.06,
                    value + 0.05,
                    "share",
                    n_kind,
                    method,
                    caveats=caveats,
                    group={**group, "kind": kind},
                )
            )
    estimates += [
        Estimate(
            "rmst_difference_before_after",
            -12.9,
            -14.1,
            -11.7,
            "days",
            1592,
            f"{method}; difference of restricted means",
            caveats=caveats,
            group={"clock": "since_first_seen"},
        ),
        Estimate(
            "lifetimes_differ_p",
            0.0004,
            None,
            None,
            "p",
            1592,
            "permutation score test for interval data (9,999)",
            caveats=caveats,
        ),
    ]
    tables = {
        "curves": table("curves", curves),
        "support": table("support", support),
        "lifetimes": table("lifetimes", lives),
    }
    return Measure("lifetimes", tuple(estimates), tables, ("Unequal probing is a caveat of every comparison here.",))


def _steps(
    clock: str, by: str, group: str, period: str, ends: np.ndarray, random: np.random.Generator
) -> list[dict[str, object]]:
    del random
    cut = 90.0 if period == "before" else 30.0
    times = np.unique(np.round(np.minimum(ends, cut), 1))
    times = times[times < cut]
    share = np.array([(ends > t).mean() for t in times])
    wide = 1.96 * np.sqrt(share * (1 - share) / len(ends))
    return [
        {
            "clock": clock,
            "group_by": by,
            "group": group,
            "period": period,
            "method": "kaplan-meier" if clock == "age" else "turnbull",
            "days": float(t),
            "survival": float(s),
            "low": float(max(s - w, 0)),
            "high": float(min(s + w, 1)),
            "at_risk": int((ends >= t).sum()) if clock == "age" else None,
        }
        for t, s, w in zip(times, share, wide, strict=True)
    ]


def _returns(random: np.random.Generator) -> Measure:
    """Thirty lines of two to four lives; figures side by side, the corrected one missing for moves."""
    incidence: list[dict[str, object]] = []
    estimates: list[Estimate] = []
    method, lead = (
        "Aalen-Johansen over confirmed links",
        "as observed: returns that nobody linked are counted as not returned",
    )
    for cause, share in (("returned", 0.4), ("moved", 0.2)):
        for figure, factor in (("confirmed", 0.7), ("corrected", 1.0), ("bounds", 1.0)):
            for within in (1, 7, 30):
                value = share * factor * (1 - float(np.exp(-within / 9)))
                known = figure == "confirmed" or (figure, cause) == ("corrected", "returned")
                shown = known or figure == "bounds"
                low, high = (value * 0.8, value * 1.25) if shown else (None, None)
                said = (lead,) if known else ("not measured here: no judgement has a sampling probability",)
                estimates.append(
                    Estimate(f"{cause}_{within}d_{figure}", value if known else None, low, high, "probability", 905, method, caveats=said)
                )  # fmt: skip
            incidence += [
                {"figure": figure if figure != "bounds" else "none", "cause": cause, "group_by": "all", "group": "all", "days": float(d),
                 "value": share * factor * (1 - float(np.exp(-d / 9))), "low": None, "high": None, "at_risk": None}
                for d in range(30)
            ]  # fmt: skip
    estimates.append(
        Estimate("audience_next_life", 0.6, 0.5, 0.8, "ratio", 61, "median with order statistics", caveats=(lead,))
    )
    lives: list[dict[str, object]] = []
    for number in range(1, 31):
        begin = days()[0] - timedelta(days=int(random.integers(0, 90)))
        for life in range(1, 3 + number % 3):
            end = begin + timedelta(days=int(random.integers(3, 60)))
            lives.append(
                {"line": number, "subject": f"telegram:channel:line{number}-{life}", "life": life,
                 "platform": str(random.choice(["telegram", "twitter", "matrix"], p=(0.8, 0.1, 0.1))), "kind": "channel",
                 "relation": "successor" if life > 1 else None, "first_seen": begin, "last_present": end,
                 "ended": end + timedelta(days=1), "event": str(random.choice(["removed", "closed"])),
                 "before": f"telegram:channel:line{number}-{life - 1}" if life > 1 else None}
            )  # fmt: skip
            begin = end + timedelta(days=int(random.integers(-4, 9)))
        lives[-1]["event"] = lives[-1]["ended"] = None
    counted = [
        {"life": n, "platform": "telegram", "kind": "channel", "count": c}
        for n, c in ((1, 30), (2, 30), (3, 20), (4, 3))
    ]
    tables = {
        "incidence": table("incidence", incidence),
        "lives": table("lives", lives),
        "generations": table("generations", counted),
    }
    return Measure("returns", tuple(estimates), tables, ("Lives of one line count as independent.",))


def recipients(*, audited: bool = True) -> Measure:
    """Two platforms with both removal rates; their errors by an outsider's sample, of few in one of them."""
    estimates: list[Estimate] = []
    for group, n in (({}, 400), ({"platform": "telegram"}, 340), ({"platform": "matrix"}, 60)):
        share = "share of what was sent, Wilson"
        error = Estimate("wrongful_share", 0.06, 0.03, 0.11, "share", 50, "stratified random sample", group=group)
        said = ("wrongful removals: 6.0% (3.0% to 11.0%, n = 50), stratified random sample",)
        rates = [
            Estimate("removed_share_claimed", 0.8, 0.75, 0.84, "share", n, share, caveats=said, group=group),
            Estimate("removed_share_seen", 0.7, 0.65, 0.75, "share", n, share, caveats=said, group=group),
        ]
        if not audited:
            error = replace(error, value=None, low=None, high=None, n=0)
            rates = [replace(one, value=None, low=None, high=None, caveats=("not given",)) for one in rates]
        estimates += [Estimate("referred_sent", n, n, n, "count", n, "count", group=group), *rates, error]
    return Measure("recipients", tuple(estimates), {}, ("Claims are no sightings.",))


def _migration(random: np.random.Generator) -> Measure:
    flows: list[dict[str, object]] = []
    concentration: list[dict[str, object]] = []
    first = date(2019, 10, 21)
    weights = np.array([30, 22, 14, 9, 6, 5, 4, 2, 1]) / 93
    for week in range(9):
        monday = first + timedelta(days=7 * week)
        wave = 1.0 if week < 4 else 7.0 / (week - 3)
        for signal, size in (
            ("operators_explicit", 9),
            ("operators_inferred", 14),
            ("audience", 60),
            ("links", 140),
            ("talk", 45),
        ):
            for place, haven in enumerate(HAVENS):
                for source, share in (("telegram", 0.9), ("twitter", 0.1)):
                    count = int(random.poisson(size * wave * share * weights[(place + week // 3) % 9]))
                    if count and haven != source:
                        flows.append(
                            {
                                "week": monday,
                                "signal": signal,
                                "source": source,
                                "destination": haven,
                                "organisation": ORGANISATIONS[place % 2],
                                "count": count,
                            }
                        )
        for place, organisation in enumerate(ORGANISATIONS[:2]):
            hhi = 0.22 + (0.06 * week if place else -0.005 * week)
            concentration.append(
                {
                    "week": monday,
                    "organisation": organisation,
                    "hhi": hhi,
                    "low": hhi - 0.04,
                    "high": hhi + 0.05,
                    "destinations": 9 - place * week // 2,
                    "n": int(40 * wave) + 12,
                }
            )
    destinations: list[dict[str, object]] = []
    estimates: list[Estimate] = []
    for place, haven in enumerate(HAVENS):
        venues = (84, 61, 40, 33, 21, 55, 12, 9, 6)[place]
        looked = int(venues * 0.9)
        arrived = int(looked * (0.8, 0.7, 0.6, 0.5, 0.6, 0.9, 0.5, 0.4, 0.5)[place])
        denied = [int(arrived * share) for share in ((0.02, 0.05, 0.09), (0.1, 0.3, 0.5), (0.4, 0.7, 0.9))[place % 3]]
        destinations.append(
            {
                "platform": haven,
                "organisation": "all",
                "venues": venues,
                "looked_at": looked,
                "arrived": arrived,
                "denied_1": denied[0],
                "denied_7": denied[1],
                "denied_30": denied[2],
                "still_there": arrived - denied[2],
                "silent": int(arrived * 0.3),
                "posts_per_week": float(random.gamma(2, 8)),
            }
        )
        for within, count in zip((1, 7, 30), denied, strict=True):
            rate = count / arrived
            spread = 1.96 * np.sqrt(max(rate * (1 - rate), 0.01) / arrived)
            estimates.append(
                Estimate(
                    f"denial_rate_{within}d",
                    rate,
                    float(max(rate - spread, 0)),
                    float(min(rate + spread, 1)),
                    "share",
                    arrived,
                    "Wilson",
                    caveats=("Removed and left of their own accord look alike on some platforms.",),
                    group={"platform": haven},
                )
            )
    estimates += [
        Estimate("arrived_share", 0.66, 0.6, 0.71, "share", 289, "Wilson", caveats=()),
        Estimate("silent_share", 0.29, 0.23, 0.35, "share", 191, "Wilson", caveats=("Silent: no post in 14 days.",)),
        Estimate(
            "hhi_change",
            0.18,
            0.1,
            0.26,
            "index",
            2210,
            "difference of Herfindahl-Hirschman indices, bootstrap by week",
            caveats=(),
            group={"organisation": "Organisation B"},
        ),
    ]
    tables = {
        "flows": table("flows", flows),
        "concentration": table("concentration", concentration),
        "destinations": table("destinations", destinations),
    }
    return Measure("migration", tuple(estimates), tables)


def _network(random: np.random.Generator) -> dict[str, pa.Table]:
    n = 140
    block = random.choice(3, n, p=(0.45, 0.35, 0.2))
    kind = random.choice(4, n, p=(0.5, 0.3, 0.08, 0.12))
    pull = random.pareto(1.6, n) + 0.3
    edges: list[dict[str, object]] = []
    degree = np.zeros(n, dtype=int)
    for a in range(n):
        for b in range(a + 1, n):
            chance = 0.018 * pull[a] * pull[b] * (1.0 if block[a] == block[b] else 0.06)
            if random.random() < chance:
                edges.append(
                    {"source": str(a), "target": str(b), "kind": "member", "weight": int(random.geometric(0.3))}
                )
                degree[[a, b]] += 1
    nodes: list[dict[str, object]] = [
        {
            "node": str(i),
            "platform": "telegram" if i % 9 else "matrix",
            "kind": KINDS[kind[i]],
            "organisation": ORGANISATIONS[block[i]],
            "gone": bool(random.random() < (0.6 if kind[i] == 0 else 0.3)),
            "degree": int(degree[i]),
        }
        for i in range(n)
    ]
    return {"nodes": table("nodes", nodes), "edges": table("edges", edges)}
