"""Clocks that the law, or a host's own word, sets running: a pure fold from dated evidence to when something is due.

The evidence is a set: pieces come late and in any order, and the same pieces give the same answer. A clock starts with the earliest receipt on
record. While a reason stops it nothing is due, and when the last reason has ended it starts anew, with its whole length
(Art. 3(7) and (8) of 2021/784). Not for: which clocks there are (`records.deadlines`), or what to do about one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from actionday.records.office_hours import Office, months_later

_MOMENT = timedelta(microseconds=1)


class Unit(StrEnum):
    """How a length of time is counted."""

    HOURS = "hours"
    """as they pass, day and night"""
    OFFICE_HOURS = "office hours"
    """while the recipient's office is open"""
    WEEKS = "weeks"
    """to the end of the day of the same name, in the recipient's zone"""
    MONTHS = "months"
    """to the end of the day of the same number, in the recipient's zone"""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time. Raises ValueError below 1."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("a deadline is at least one unit long")

    def after(self, start: datetime, office: Office) -> datetime:
        """When it is over, counted from `start`; UTC. Raises ValueError for office hours of who has none."""
        match self.unit:
            case Unit.HOURS:
                return start + timedelta(hours=self.amount)
            case Unit.OFFICE_HOURS:
                return office.after_hours(start, timedelta(hours=self.amount))
            case Unit.WEEKS:
                return office.end_of_day(office.local_day(start) + timedelta(weeks=self.amount))
            case Unit.MONTHS:
                return office.end_of_day(months_later(office.local_day(start), self.amount))


class Sense(StrEnum):
    """What the end of a clock says."""

    BY = "by"
    """something must be done by then"""
    NOT_BEFORE = "not before"
    """something may not be done before"""


class Mark(StrEnum):
    """How well a rule is known."""

    VERIFIED = "verified"
    """read in the text of the source"""
    SECONDARY = "secondary"
    """told by somebody who had read it, not yet compared with the published text"""
    RECALLED = "recalled"
    """not yet compared with the published text: never printed without saying so"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One named clock. `span` is None where the law names no length ("promptly", "without undue delay"): it is then due at once.

    `since` and `version` say which wording: a changed rule gets a new version, and old evidence keeps the one it ran under.
    `stops`: whether impossibility or a missing clarification stops it. `extensions`: how often it may be lengthened by `span`; None: without limit.
    `ahead`: how long before its end it warns.
    """

    name: str
    version: int
    since: str
    says: str
    span: Span | None
    starts: str
    source: str
    mark: Mark
    sense: Sense = Sense.BY
    stops: bool = False
    extensions: int | None = 0
    ahead: tuple[timedelta, ...] = ()


class Stop(StrEnum):
    """Why a clock stands still."""

    IMPOSSIBLE = "impossible"
    """force majeure or de facto impossibility: Art. 3(7), Annex III"""
    UNCLEAR = "clarification missing"
    """manifest errors or too little information: Art. 3(8), Annex III"""


@dataclass(frozen=True, slots=True)
class Started:
    """What sets the clock running, by evidence of receipt, never by when somebody opened it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """A reason that stops it; `id` names the reason, so that its end is told from another's."""

    at: datetime
    id: str
    why: Stop


@dataclass(frozen=True, slots=True)
class Ended:
    """That reason has ended: the clarification came, the impossibility is over."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Extended:
    """Somebody who may has lengthened it; `id` names the order."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Done:
    """What the clock asks for was done (by), or was done although it had to wait (not before)."""

    at: datetime


Evidence = Started | Stopped | Ended | Extended | Done


class Phase(StrEnum):
    """Where a clock stands."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    """its end has passed: too late (by), or free to act (not before)"""
    MET = "met"
    MISSED = "missed"
    """done too late (by), or too early (not before)"""


@dataclass(frozen=True, slots=True)
class History:
    """All evidence of one clock, as a set: adding is commutative, associative and idempotent."""

    started: datetime | None = None
    done: datetime | None = None
    stops: Mapping[str, tuple[datetime, Stop]] = field(default_factory=dict)
    ends: Mapping[str, datetime] = field(default_factory=dict)
    extended: Mapping[str, datetime] = field(default_factory=dict)

    def add(self, piece: Evidence) -> "History":
        """With one more piece. The earliest of its kind counts. Raises ValueError for a time without zone."""
        if piece.at.tzinfo is None:
            raise ValueError("evidence of a deadline needs an aware time")
        at = piece.at.astimezone(UTC)
        match piece:
            case Started():
                return replace(self, started=min(at, self.started or at))
            case Done():
                return replace(self, done=min(at, self.done or at))
            case Stopped(id=one, why=why):
                return replace(self, stops={**self.stops, one: min((at, why), self.stops.get(one, (at, why)))})
            case Ended(id=one):
                return replace(self, ends={**self.ends, one: min(at, self.ends.get(one, at))})
            case Extended(id=one):
                return replace(self, extended={**self.extended, one: min(at, self.extended.get(one, at))})


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock at a moment. `since` is when it last started, `due` its end (None while it is stopped or not started), both UTC.

    `aside` names evidence that changed nothing, and why.
    """

    rule: Rule
    phase: Phase
    since: datetime | None
    due: datetime | None
    aside: tuple[str, ...] = ()

    def warnings(self, after: datetime, until: datetime) -> tuple[datetime, ...]:
        """Moments within (after, until] at which a running clock warns of its end."""
        if self.phase is not Phase.RUNNING or self.due is None:
            return ()
        return tuple(sorted(at for ahead in self.rule.ahead if after < (at := self.due - ahead) <= until))


def gathered(evidence: Iterable[Evidence]) -> History:
    """The evidence of one clock as a set."""
    history = History()
    for piece in evidence:
        history = history.add(piece)
    return history


def deadline(rule: Rule, history: History, now: datetime, office: Office | None = None) -> Deadline:
    """Where the clock stands at `now`, by what happened until then. `office` is the recipient's; without one, UTC around the clock.

    Raises ValueError where office hours are counted and none are known.
    """
    if history.started is None or history.started > now:
        return Deadline(rule, Phase.NOT_STARTED, None, None)
    place = office or Office()
    since, due, aside = _run(rule, history, now, place)
    if due is not None:
        due, more = _lengthened(rule, history, due, (now, place))
        aside += more
    done = history.done
    if done is not None and done <= now:
        in_time = due is None or (done <= due if rule.sense is Sense.BY or rule.span is None else done >= due)
        return Deadline(rule, Phase.MET if in_time else Phase.MISSED, since, due, aside)
    if due is None:
        return Deadline(rule, Phase.STOPPED, since, None, aside)
    return Deadline(rule, Phase.RUNNING if now <= due else Phase.LAPSED, since, due, aside)


def _end(rule: Rule, since: datetime, office: Office) -> datetime:
    return since if rule.span is None else rule.span.after(since, office)


def _run(
    rule: Rule, history: History, now: datetime, office: Office
) -> tuple[datetime, datetime | None, tuple[str, ...]]:
    """When it last started and when it ends (None: stopped), by stops in order of time."""
    assert history.started is not None
    since, aside = history.started, list[str]()
    due = _end(rule, since, office)
    for one, (at, why) in sorted(history.stops.items(), key=lambda stop: (stop[1][0], stop[0])):
        if at > now or (history.done is not None and at > history.done):
            continue
        end = history.ends.get(one)
        if not rule.stops:
            aside.append(f"{why}: nothing stops this clock")
        elif at > due:
            aside.append(f"{why}: said after the clock had ended")
        elif end is not None and end < at:
            aside.append(f"{why}: ended before it was said")
        elif end is None or end > now:
            return since, None, tuple(aside)
        elif end > since:
            since = end
            due = _end(rule, since, office)
    return since, due, tuple(aside)


def _lengthened(
    rule: Rule, history: History, due: datetime, when: tuple[datetime, Office]
) -> tuple[datetime, tuple[str, ...]]:
    """The end after every extension that may be granted, each said before the end that it moves."""
    (now, office), aside, granted = when, list[str](), 0
    for one, at in sorted(history.extended.items(), key=lambda extension: (extension[1], extension[0])):
        if at > now:
            continue
        if rule.span is None or granted == rule.extensions:
            aside.append(f"extension {one}: this clock may not be lengthened" + (" again" if granted else ""))
        elif at > due:
            aside.append(f"extension {one}: said after the clock had ended")
        else:
            granted += 1
            # a calendar period ends with its last day, from which the next one is counted
            whole_days = rule.span.unit in (Unit.WEEKS, Unit.MONTHS)
            due = rule.span.after(due - _MOMENT if whole_days else due, office)
    return due, tuple(aside)
