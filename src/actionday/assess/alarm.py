"""What is said to an authority when a life is threatened, and to whoever meets child abuse. Words only: a person sends them.

Not for: recording the alarm (`records.case_event`).
"""

from dataclasses import dataclass
from datetime import datetime

from actionday.assess.policy import Authority, Hotline
from actionday.records.unit import Unit


@dataclass(frozen=True, slots=True)
class Threat:
    """What is known of a threat to life. `number` names the message; `at` in UTC; `evidence` is the digest of what is frozen."""

    number: str
    target: str
    why: str
    at: datetime
    by: str
    evidence: str = ""


def threat_message(threat: Threat, authority: Authority, unit: Unit | None) -> str:
    """The message to the authority, to be read out on the telephone and sent after the call. Plain text, no markup."""
    sender = (
        f"{unit.name} ({unit.kind.value}, {unit.jurisdiction})" if unit else "an organisation that has not named itself"
    )
    lines = [
        f"THREAT TO LIFE - message {threat.number}",
        f"To: {authority.name}" + (f" <{authority.address}>" if authority.address else ""),
        f"Call first: {authority.telephone}",
        f"From: {sender}, reported by {threat.by}",
        f"Noticed: {threat.at.isoformat(timespec='seconds')} (UTC)",
        f"Where: {threat.target}",
        f"What: {threat.why}",
        f"Evidence: frozen, digest {threat.evidence}; it is handed over on request." if threat.evidence else "Evidence: none is frozen yet.",
        f"Legal basis: {authority.law}" if authority.law else "",
        f"Please confirm receipt, quoting {threat.number}.",
    ]  # fmt: skip
    return "\n".join(line for line in lines if line) + "\n"


def abuse_notice(hotline: Hotline) -> str:
    """What whoever meets child abuse is told."""
    reach = hotline.web + (f", telephone {hotline.telephone}" if hotline.telephone else "")
    return (
        "Sealed: nothing of it is copied, exported, shown again or handed to anybody from here. Report the address, without a copy, to "
        f"{hotline.name} ({reach}); an authority that may lawfully do so secures the material. You need not look at it again; "
        "speak to somebody about it."
    )
