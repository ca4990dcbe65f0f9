"""What a brief rests on besides the measures: versions, inputs, seeds; and, only where asked for, who is who."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from actionday.records.preregistration import Frozen

SYNTHETIC = "synthetic world; we put the effect in"
"""Printed on every page and in every figure of a brief made from synthetic input."""

IDENTIFIED = "TLP:AMBER+STRICT"
"""The marking of an annex that names subjects."""


SELF_DECLARED = "self-declared identities"
"""Printed where nobody is enrolled with a key: who decided is who they say they are."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that was read. The name may name a subject, so only the annex prints it; the hash is public."""

    name: str
    sha256: str
    format: str
    rows: int


@dataclass(frozen=True, slots=True)
class BriefOrigin:
    """Where the numbers come from. `generated_at` is UTC; `archive` maps tables to versions; `quarantine` reasons to rows.

    `casebook` is the head up to which judgements were read, empty where there were none; `enrolled` whether people sign there
    with keys of their own.

    `registrations` is what was fixed before days, of this day and of others.

    `marking` is the sender's (a TLP label, say) and is printed on every page; empty prints that none was given.
    """

    generated_at: datetime
    product: str
    libraries: Mapping[str, str]
    home: str
    seed: int
    inputs: tuple[InputFile, ...] = ()
    archive: Mapping[str, int] = field(default_factory=dict)
    profile: str = "unit"
    content: str = "hash"
    quarantine: Mapping[str, int] = field(default_factory=dict)
    synthetic: bool = False
    marking: str = ""
    by: str = "all"
    casebook: str = ""
    enrolled: bool = False
    registrations: tuple[Frozen, ...] = ()

    @property
    def identities(self) -> str | None:
        """How it is known who decided; None where nothing was."""
        return ("enrolled keys" if self.enrolled else SELF_DECLARED) if self.casebook else None


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of one subject by name. Links are printed defanged."""

    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identities:
    """The names behind the pseudonyms, by subject id, who asked for them and why. Goes into the annex only."""

    by: str
    reason: str
    subjects: Mapping[str, Identity]
