"""What one person says after reading a case: an opinion, its ground, the passage, and the answer to Art. 1(3).

Not for: what grounds there are (data, `assess.policy`), or how two readings become a finding (`records.case`).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Opinion(StrEnum):
    """What a reader says."""

    GROUND_HOLDS = "ground_holds"
    NO_GROUND = "no_ground"
    UNSURE = "unsure"


class Confidence(StrEnum):
    """How sure a reader is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Purpose(StrEnum):
    """Purposes for which material is not terrorist content: Art. 1(3) of Regulation (EU) 2021/784."""

    EDUCATION = "education"
    JOURNALISM = "journalism"
    ART = "art"
    RESEARCH = "research"
    COUNTERING_TERRORISM = "countering_terrorism"
    """preventing or countering it, awareness-raising included"""
    POLEMIC = "polemic"
    """polemic or controversial views in public debate"""


@dataclass(frozen=True, slots=True)
class Protection:
    """The answer to Art. 1(3): which purposes are claimed or seem possible, and the true purpose as the reader assesses it.

    `protected` says that such a purpose is the true one; `doubt` that it may be. `true_purpose` is in the reader's words and never
    empty, since an assessment decides it.
    """

    purposes: frozenset[Purpose]
    protected: bool
    doubt: bool
    true_purpose: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.true_purpose.strip():
            raise ValueError("Art. 1(3): say what the true purpose is")
        if (self.protected or self.doubt) and not self.purposes:
            raise ValueError("Art. 1(3): say which purpose protects it, or may")


@dataclass(frozen=True, slots=True)
class Reading:
    """One person's reading. `ground` and `policy` name an entry of the policy and the version that was in force.

    `evidence` is the digest of the frozen evidence that was read; `quote` the passage, in its language, `translation` the reader's.
    Raises ValueError where it does not stand: a ground that holds needs a ground, a passage, evidence and a reason, and none of the
    purposes of Art. 1(3) as the true one.
    """

    opinion: Opinion
    protection: Protection
    confidence: Confidence
    why: str = field(repr=False)
    ground: str = ""
    policy: str = ""
    evidence: str = ""
    quote: str = field(default="", repr=False)
    translation: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.why.strip():
            raise ValueError("a reading has a reason")
        if self.opinion is not Opinion.GROUND_HOLDS:
            return
        if self.protection.protected:
            raise ValueError("what Art. 1(3) protects has no ground: the opinion is no_ground")
        for name in ("ground", "policy", "evidence", "quote"):
            if not getattr(self, name).strip():
                raise ValueError(f"a ground that holds needs its {name}")

    def agrees_with(self, other: "Reading") -> bool:
        """Whether two readers say the same: the opinion, and of a ground that holds the ground too. Unsure agrees with nobody."""
        if self.opinion is Opinion.UNSURE or self.opinion is not other.opinion:
            return False
        return self.opinion is Opinion.NO_GROUND or self.ground == other.ground
