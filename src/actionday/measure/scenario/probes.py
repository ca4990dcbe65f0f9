"""What checks found: looks at subjects from several vantages, with gaps, wrong answers, an outage and a blinded observer.

Every vantage asks in rounds: each subject weekly; daily in its first days under observation (telegram 10, elsewhere 40)
and, on Telegram, around the action days; every six hours in the three days after the second. Looking stops some
weeks after a subject went.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from actionday.measure.scenario.draws import Codes, Flags, Floats, Ints, stage
from actionday.measure.scenario.lives import PLATFORMS, TELEGRAM, Cast, Cause, Tie
from actionday.measure.scenario.parameters import Parameters
from actionday.measure.scenario.posts import DAY, SECOND
from actionday.measure.scenario.profiles import Profiles
from actionday.records import State
from actionday.stores.archive.schemas import TABLES, TIME

STATES = tuple(State)
EVIDENCE = tuple(f'{{"marker": "synthetic {state.value}"}}' for state in STATES)
MISSES, MISSED_DAYS = 8, 36.0
"""Close looking goes on for so many rounds after the end, weekly looking for so many days."""
ROUND_CELLS = 4_000_000
OUTAGE = (10 / 24, 14 / 24)
"""Hours of the second day's first date in which a platform outage leaves every look without an answer."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What an observer can know of each subject: from when (days), until it hides from outsiders, and by whom it is checked."""

    found: Floats
    private_at: Floats
    renamed_at: Floats
    checked: tuple[Flags, ...]  # a vantage
    after: Codes  # the state its looks give once it ended


def sight(parameters: Parameters, seed: int, cast: Cast, renamed_at: Floats) -> Sight:
    """Draw who is found when. Those older than the world are on the list with which looking begins; what ended before is never seen."""
    rng, n, watch = stage(seed, "sight"), len(cast), parameters.observer
    delay = parameters.observer.discovery_days * rng.exponential(size=n)
    found = np.where(cast.birth < 0, 0.0, cast.birth + np.where(cast.tie == Tie.MIGRATION, 0.1, 1.0) * delay)
    day = parameters.day(parameters.second.start)
    hides = (rng.random(n) < watch.goes_private) & (cast.platform == TELEGRAM) & ~cast.is_account
    hides &= (cast.birth < day) & (parameters.acts | parameters.only_observer_goes_blind)
    private_at = np.where(hides, day + 2 * rng.random(n), np.inf)
    checked = tuple(rng.random(n) < share for share in watch.probed)
    platform_act, own = STATES.index(State.REMOVED_BY_PLATFORM), STATES.index(State.CLOSED_BY_OWNER)
    unclear = STATES.index(State.CLOSED_UNKNOWN_ACTOR)
    clear = rng.random(n) < np.where(cast.is_account, 0.9, 0.97)
    after = np.where(cast.cause == Cause.OWNER, own, platform_act)
    return Sight(found, private_at, renamed_at, checked, np.where(clear, after, unclear).astype(np.int8))


def rounds(parameters: Parameters) -> Floats:
    """Times of the rounds (days): daily at 03:00, every six hours in the three days after the second day."""
    day = parameters.day(parameters.second.start)
    daily = np.arange(parameters.days) + 3 / 24
    dense = day + np.arange(0, 3 * 4) / 4 + 3 / 24
    return np.union1d(daily, dense)


def sightings(
    parameters: Parameters, seed: int, cast: Cast, profile: Profiles, eye: Sight
) -> Iterator[tuple[str, pa.Table]]:
    """Looks as (vantage, `sightings` payload) in pieces of rounds."""
    times = rounds(parameters)
    wide = max(8, ROUND_CELLS // max(1, len(cast)))
    for v, vantage in enumerate(parameters.observer.vantages):
        rng = stage(seed, "rounds", v)
        held = rng.random(len(times)) >= parameters.observer.missed_rounds
        gap = parameters.day(parameters.second.start) - 280.0  # a fortnight in which nobody looked
        held &= (times < gap) | (times >= gap + 14.0)
        mine = times[held]
        for number, begin in enumerate(range(0, len(mine), wide)):
            draw = stage(seed, f"looks {vantage}", number)
            piece = _looks(parameters, draw, cast, eye, (v, mine, slice(begin, begin + wide)))
            yield vantage, _table(parameters, cast, profile, piece, vantage)


@dataclass(frozen=True, slots=True)
class _Looks:
    subject: Ints
    at: Floats
    state: Codes


def _looks(
    parameters: Parameters, rng: np.random.Generator, cast: Cast, eye: Sight, which: tuple[int, Floats, slice]
) -> _Looks:
    v, mine, piece = which
    times = mine[piece]
    rows = np.flatnonzero(eye.checked[v] & (eye.found < cast.end) & (eye.found < parameters.days))
    weekly, often = _asked(parameters, cast, eye, rows, times)
    missed = np.searchsorted(mine, cast.end[rows] + 0.1)[:, None]
    often &= np.arange(piece.start, piece.start + len(times))[None, :] < missed + MISSES
    weekly &= times[None, :] < cast.end[rows][:, None] + MISSED_DAYS
    asked = weekly | often
    r, t = np.nonzero(asked)
    subject, at = rows[r], times[t] + rng.random(len(r)) * 0.08
    return _Looks(subject, at, _states(parameters, rng, cast, eye, (v, subject, at)))


def _asked(parameters: Parameters, cast: Cast, eye: Sight, rows: Ints, times: Floats) -> tuple[Flags, Flags]:
    """Subjects by rounds: which are asked as every week, and which besides."""
    since = times[None, :] - eye.found[rows][:, None]
    daily_round = np.abs(times % 1.0 - 3 / 24) < 1e-6
    weekly = (np.floor(times)[None, :].astype(np.int64) + rows[:, None]) % 7 == 0
    first, second = (parameters.day(d.start) for d in (parameters.first, parameters.second))
    close = ((times > first - 7) & (times < first + 14)) | ((times > second - 30) & (times < second + 30))
    home = (cast.platform[rows] == TELEGRAM)[:, None]
    often = (close[None, :] & home) | (since < np.where(home, 10.0, 40.0))
    known = since >= 0
    return known & daily_round[None, :] & weekly, known & np.where(daily_round[None, :], often, home)


def _states(
    parameters: Parameters, rng: np.random.Generator, cast: Cast, eye: Sight, look: tuple[int, Ints, Floats]
) -> Codes:
    v, subject, at = look
    watch, draw = parameters.observer, rng.random(len(subject))
    code = {state: STATES.index(state) for state in STATES}
    state = np.full(len(subject), code[State.PRESENT], np.int8)
    state[draw < watch.false_miss] = code[State.CLOSED_UNKNOWN_ACTOR]
    state = np.where(at >= cast.end[subject], eye.after[subject], state)
    renamed = (at >= eye.renamed_at[subject]) & (at < eye.renamed_at[subject] + 1.5) & (at < cast.end[subject])
    state[renamed] = code[State.RENAMED]
    hidden = (at >= eye.private_at[subject]) & (at < cast.end[subject])
    state[hidden] = code[State.PRIVATE_OR_PROBER_BLOCKED]
    if watch.vantages[v] in parameters.blinded:
        blind = (at >= parameters.blind_from) & (cast.platform[subject] == TELEGRAM)
        state[blind] = code[State.PRIVATE_OR_PROBER_BLOCKED]
    day = parameters.day(parameters.second.start)
    out = (at >= day + OUTAGE[0]) & (at < day + OUTAGE[1]) & (cast.platform[subject] == TELEGRAM)
    state[out | (draw > 1 - watch.no_answer)] = code[State.UNREACHABLE]
    return state.astype(np.int8)


def _table(parameters: Parameters, cast: Cast, profile: Profiles, looks: _Looks, vantage: str) -> pa.Table:
    n, state = len(looks.subject), pa.array(looks.state)
    at = (looks.at * DAY).astype(np.int64) // SECOND * SECOND + int(parameters.origin.timestamp()) * SECOND
    columns = {
        "subject": profile.subject.take(pa.array(looks.subject)),
        "platform": pa.array(PLATFORMS).take(pa.array(cast.platform[looks.subject])),
        "at": pa.array(at).cast(TIME),
        "state": pa.array([s.value for s in STATES]).take(state),
        "basis": pa.repeat("probe", n),
        "rule": pa.array([f"synthetic.{s.value}" for s in STATES]).take(state),
        "evidence": pa.array(EVIDENCE).take(state),
        "vantage": pa.repeat(vantage, n),
    }
    schema = TABLES["sightings"].payload
    return pa.table([columns[f.name] if f.name in columns else pa.nulls(n, f.type) for f in schema], schema=schema)
