"""Grounds, emergency authorities and hotlines: what is shipped (`policy.toml`) and what a home adds, as typed data.

A ground has a day on which it begins and maybe one on which it ends, a jurisdiction or a platform, and a mark that says where its words
come from. A law that is not here starts no clock and no form. Not for: law itself; whoever uses a recalled entry checks it first.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from actionday.records import InputError, UsageError
from actionday.records.deadline import Mark

T = TypeVar("T", bound="Authority | Hotline")
HOUSE_FILE = "policy.toml"
"""A home's own rules, in the home's folder."""
UNION = "EU"


class GroundKind(StrEnum):
    """What sort of rule a ground is."""

    LAW = "law"
    """of the Union"""
    NATIONAL_LAW = "national_law"
    PLATFORM_RULE = "platform_rule"
    HOUSE_RULE = "house_rule"
    """of the unit, or of a host for its own server"""


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground. `policy` is the version of the file that it stands in; `clocks` and `forms` what may follow from it.

    `begins` and `ends` are the first and last day of use (UTC; None: no last day). `jurisdiction` is empty for a platform's rule and for
    a house rule that holds everywhere; `platform` is empty but for a platform's rule.
    """

    id: str
    kind: GroundKind
    law: str
    article: str
    says: str
    begins: date
    mark: Mark
    policy: str
    ends: date | None = None
    jurisdiction: str = ""
    platform: str = ""
    begins_mark: Mark = Mark.RECALLED
    source: str = ""
    clocks: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether it may be used on a day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)

    def applies(self, jurisdiction: str, platform: str) -> bool:
        """Whether it is a ground for a unit of that jurisdiction about something on that platform (empty: any)."""
        here = self.jurisdiction in ("", UNION, jurisdiction)
        return here and (not self.platform or not platform or self.platform == platform)


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom to tell of a threat to life. `address` is one that the home's own policy gives."""

    jurisdiction: str
    name: str
    telephone: str
    mark: Mark
    law: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Hotline:
    """Where child abuse is reported."""

    jurisdiction: str
    name: str
    web: str
    mark: Mark
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Protected:
    """Somebody at whom a look stands out in an audit: a journalist, an office-holder. `name` is a name, a handle or an id."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What is shipped and what the home adds, the home's entries first. `version` names both."""

    version: str
    grounds: tuple[Ground, ...]
    authorities: tuple[Authority, ...]
    hotlines: tuple[Hotline, ...]
    protected: tuple[Protected, ...] = ()

    def usable(self, day: date, jurisdiction: str, platform: str = "") -> tuple[Ground, ...]:
        """Grounds in force on a day for a unit of a jurisdiction, about something on a platform (empty: any)."""
        return tuple(one for one in self.grounds if one.in_force(day) and one.applies(jurisdiction, platform))

    def ground(self, asked: str, day: date, jurisdiction: str, platform: str = "") -> Ground:
        """The ground that is called so. Raises UsageError where there is none, or not on that day, here, or there."""
        named = [one for one in self.grounds if one.id == asked]
        if not named:
            raise UsageError(f"there is no ground {asked}; `actionday assess grounds` lists them")
        found = next((one for one in named if one.in_force(day) and one.applies(jurisdiction, platform)), None)
        if found is None:
            one = named[0]
            until = f" to {one.ends}" if one.ends else ""
            where = one.platform or one.jurisdiction or "everywhere"
            raise UsageError(f"{asked} is no ground here: it holds from {one.begins}{until}, for {where}")
        return found

    def authority(self, jurisdiction: str) -> Authority:
        """Whom to tell of a threat to life: the jurisdiction's, else the Union's."""
        return _nearest(self.authorities, jurisdiction)

    def hotline(self, jurisdiction: str) -> Hotline:
        """Where to report child abuse: the jurisdiction's, else the Union's."""
        return _nearest(self.hotlines, jurisdiction)


def load_policy(home: Path | None = None) -> Policy:
    """What is shipped, with what the home's `policy.toml` adds. Raises InputError for a file that is no policy.

    A home's entry goes before a shipped one; a home's ground with the id of a shipped one takes its place.
    """
    shipped = _parsed(files("actionday.assess").joinpath(HOUSE_FILE).read_bytes(), f"actionday {HOUSE_FILE}", "")
    path = None if home is None else home / HOUSE_FILE
    if path is None or not path.is_file():
        return shipped
    own = _parsed(_bytes(path), str(path), "house")
    theirs = {one.id for one in own.grounds}
    return Policy(
        f"{shipped.version}+{own.version}",
        (*own.grounds, *(one for one in shipped.grounds if one.id not in theirs)),
        (*own.authorities, *shipped.authorities),
        (*own.hotlines, *shipped.hotlines),
        own.protected,
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error


def _parsed(data: bytes, path: str, prefix: str) -> Policy:
    """A file of the form of `policy.toml`. A home's version ends with a digest of the file, so that no change of it goes unseen."""
    try:
        told = tomllib.loads(data.decode("utf-8"))
        version = str(told["version"])
        if prefix:
            version = f"{prefix}-{version}-{hashlib.sha256(data).hexdigest()[:12]}"
        return Policy(
            version,
            tuple(_ground(one, version) for one in told.get("ground", ())),
            tuple(Authority(**_marked(one)) for one in told.get("authority", ())),
            tuple(Hotline(**_marked(one)) for one in told.get("hotline", ())),
            tuple(Protected(**one) for one in told.get("protected", ())),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        fix = "docs/guide/cases.md shows one"
        raise InputError(path, f"is no policy: {type(error).__name__}: {error}", fix) from error


def _ground(told: Mapping[str, Any], version: str) -> Ground:
    told = dict(told)
    begins, ends = told.pop("from"), told.pop("until", None)
    for day in (begins, ends):
        if day is not None and type(day) is not date:
            raise ValueError(f"{told.get('id')}: from and until are days, such as 2022-06-07")
    clocks, forms = (tuple(map(str, told.pop(name, ()))) for name in ("clocks", "forms"))
    kind, mark = GroundKind(told.pop("kind")), Mark(told.pop("mark"))
    begins_mark = Mark(told.pop("from_mark", mark))
    return Ground(
        **told,
        clocks=clocks,
        forms=forms,
        kind=kind,
        mark=mark,
        begins=begins,
        ends=ends,
        begins_mark=begins_mark,
        policy=version,
    )


def _marked(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "mark": Mark(told["mark"])}


def _nearest(entries: Sequence[T], jurisdiction: str) -> T:
    """The first of the jurisdiction, else the first of the Union, which is shipped."""
    return next((one for one in entries if one.jurisdiction == jurisdiction), None) or next(
        one for one in entries if one.jurisdiction == UNION
    )
