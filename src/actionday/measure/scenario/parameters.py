"""What the synthetic world is made of: every generating parameter, in one frozen dataclass.

Days are floats since `start` (00:00 UTC); hazards are per day. `truth.json` prints all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

AGE_EDGES = (7.0, 30.0)
"""Ages in days at which a hazard changes from young to middle to old."""


class Size(StrEnum):
    """Named sizes; any whole number of posts serves as well."""

    TINY = "tiny"
    DEMO = "demo"
    TEN_MILLION = "10M"
    HUNDRED_MILLION = "100M"


POSTS = {Size.TINY: 4_000, Size.DEMO: 120_000, Size.TEN_MILLION: 10_000_000, Size.HUNDRED_MILLION: 100_000_000}


def posts_of(size: Size | str | int) -> int:
    """Posts that a size stands for. Raises ValueError for an unknown name or a number below 500."""
    text = str(size)
    posts = POSTS[Size(text)] if text in set(Size) else int(text)
    if posts < 500:
        raise ValueError(f"a world needs at least 500 posts, not {posts}")
    return posts


@dataclass(frozen=True, slots=True)
class Hazard:
    """Ends a day by age: below 7 days, below 30, and after."""

    young: float
    middle: float
    old: float


@dataclass(frozen=True, slots=True)
class ActionDay:
    """Removals on consecutive days from `start`; `dose` is the mean share removed by kind, `spread` its logit's deviation
    between communities; `daily` how the removals divide over the days.
    """

    start: date
    dose: Mapping[str, float]
    daily: tuple[float, ...] = (0.42, 0.58)
    spread: float = 1.0


@dataclass(frozen=True, slots=True)
class Destination:
    """A host people move to: share it denies, mean days until it does (exponential), share of venues that stay silent."""

    denied: float
    mean_days: float
    silent: float


@dataclass(frozen=True, slots=True)
class Observer:
    """Who looks. `blinded` names the vantages whose collecting account goes on the second day."""

    vantages: tuple[str, ...] = ("collector-1", "collector-2")
    joined: tuple[float, ...] = (0.62, 0.45)  # share of telegram venues each collecting account reads
    probed: tuple[float, ...] = (1.0, 0.4)  # share of subjects each vantage checks
    offsets: tuple[int, ...] = (0, 60)  # minutes by which each collector's wall clock is ahead of UTC
    blinded: tuple[str, ...] = ("collector-2",)
    discovery_days: float = 3.0  # mean days from birth to coming under observation
    goes_private: float = 0.10  # share of venues that close themselves to outsiders on the second day
    missed_rounds: float = 0.03  # rounds of checks that did not happen
    false_miss: float = 0.0003  # single wrong "gone" answers
    no_answer: float = 0.004  # single looks without an answer


def _hazards() -> dict[str, Hazard]:
    return {
        "telegram:channel": Hazard(0.020, 0.006, 0.0025),
        "telegram:admin": Hazard(0.008, 0.003, 0.0015),
        "telegram:bot": Hazard(0.030, 0.010, 0.0040),
        "telegram:user": Hazard(0.010, 0.004, 0.0020),
        "twitter:user": Hazard(0.030, 0.008, 0.0030),
        "other": Hazard(0.001, 0.001, 0.0010),
    }


def _births() -> dict[str, float]:
    return {
        "telegram:channel": 0.0125,
        "telegram:admin": 0.0045,
        "telegram:bot": 0.0022,
        "telegram:user": 0.0130,
        "twitter:user": 0.0080,
        "xmpp:channel": 0.0010,
        "xmpp:user": 0.0060,
        "matrix:channel": 0.0008,
        "matrix:user": 0.0040,
        "website:channel": 0.0010,
        "mewe:channel": 0.0004,
        "rocketchat:channel": 0.0002,
        "gnusocial:user": 0.0006,
        "diaspora:user": 0.0003,
        "friendica:user": 0.0002,
    }


def _destinations() -> dict[str, Destination]:
    return {
        "xmpp": Destination(0.12, 9.0, 0.20),
        "mewe": Destination(0.55, 5.0, 0.15),
        "matrix": Destination(0.40, 6.0, 0.20),
        "rocketchat": Destination(0.06, 10.0, 0.10),
        "threema": Destination(0.02, 10.0, 0.70),
        "twitter": Destination(0.70, 1.5, 0.10),
        "gnusocial": Destination(0.30, 4.0, 0.40),
        "diaspora": Destination(0.60, 3.0, 0.30),
        "friendica": Destination(0.20, 8.0, 0.75),
        "website": Destination(0.15, 12.0, 0.10),
    }


def _homes() -> dict[str, dict[str, float]]:
    spread = dict.fromkeys(("xmpp", "mewe", "matrix", "threema", "website"), 1.0)
    spread |= {"rocketchat": 1.3, "twitter": 0.5, "gnusocial": 0.6, "diaspora": 0.6, "friendica": 0.6}
    return {
        "Organisation A:before": {"xmpp": 0.55, "twitter": 0.30, "website": 0.15},
        "Organisation A:after": spread,  # disperses
        "Organisation B:before": spread,
        "Organisation B:after": {name: 8.0 if name == "website" else weight / 4 for name, weight in spread.items()},
    }


@dataclass(frozen=True, slots=True)
class Parameters:
    """The generating parameters. `no_effect` and `only_observer_goes_blind` are worlds in which the second day removed nothing;
    in the second of them every collecting account and entry link goes besides.
    """

    start: date = date(2018, 9, 1)
    days: int = 547
    communities: int = 60  # at the demo's size; grows with posts to the power 0.6
    first: ActionDay = field(
        default_factory=lambda: ActionDay(
            date(2018, 10, 25), {"channel": 0.35, "user": 0.04, "admin": 0.08, "bot": 0.20}, (0.5, 0.5)
        )
    )
    second: ActionDay = field(
        default_factory=lambda: ActionDay(
            date(2019, 11, 22), {"channel": 0.45, "user": 0.60, "admin": 0.75, "bot": 0.50}
        )
    )
    hazards: Mapping[str, Hazard] = field(default_factory=_hazards)
    births: Mapping[str, float] = field(default_factory=_births)  # a day and community
    hazard_after: float = 3.0  # factor on telegram's hazards after the second day
    births_after: float = 0.3  # factor on telegram's births after the second day
    posting_after: float = 0.4  # factor on what surviving telegram venues post after the second day
    owner_share: float = 0.12  # background ends that are the owner's own closing
    returns: Mapping[str, float] = field(
        default_factory=lambda: {"channel": 0.40, "user": 0.15, "admin": 0.45, "bot": 0.40}
    )
    returns_after: float = 0.5  # factor on returns after the second day
    return_days: float = 2.0  # median days to a return (log-normal, sigma 1.2)
    backup_share: float = 0.2  # returning venues that stood ready and announced before the removal
    similar_share: float = 0.08  # successors whose name resembles the old one
    renames: float = 0.08  # venues that change handle and title under the same id
    moves_before: float = 0.0020  # new places elsewhere, a day and community
    moves_after: float = 4.0  # more of them after the second day, a community
    move_days: float = 14.0  # mean days from the second day to such a move (exponential)
    homes: Mapping[str, Mapping[str, float]] = field(default_factory=_homes)  # where moves go, in proportion
    destinations: Mapping[str, Destination] = field(default_factory=_destinations)
    observer: Observer = field(default_factory=Observer)
    no_effect: bool = False
    only_observer_goes_blind: bool = False

    @property
    def acts(self) -> bool:
        """Whether the second day removed anything."""
        return not (self.no_effect or self.only_observer_goes_blind)

    @property
    def blinded(self) -> tuple[str, ...]:
        """The vantages that go blind on the second day."""
        return self.observer.vantages if self.only_observer_goes_blind else self.observer.blinded

    @property
    def origin(self) -> datetime:
        """Midnight UTC of the first day: the zero of every clock in the world."""
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)

    def day(self, when: date) -> float:
        """Days from the start to midnight of `when`."""
        return float((when - self.start).days)

    def instant(self, day: float) -> datetime:
        """The moment of a day number, to the second."""
        return self.origin + timedelta(seconds=round(day * 86_400))

    @property
    def blind_from(self) -> float:
        """Day number at which the blinded vantages lose sight: 02:00 on the second day."""
        return self.day(self.second.start) + 2 / 24

    def hazard(self, platform: str, kind: str) -> Hazard:
        """The background hazard of a stratum; kind is user | admin | bot | channel."""
        return self.hazards.get(f"{platform}:{kind}", self.hazards["other"])
