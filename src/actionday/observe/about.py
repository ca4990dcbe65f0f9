"""What can be said of a platform besides its plugins: for the page of platforms, which is generated from it.

Entry point group: ``actionday.platforms``, the name being the platform's. Not for: anything a program decides by.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """One platform, in sentences for a person.

    `formats` are the readers of its exports, by name; `signals` what it says explicitly of moves; `tested` what was tested
    against what; `cannot` what cannot be done there, or is not done, and why.
    """

    platform: str
    formats: tuple[str, ...]
    signals: str
    tested: str
    cannot: str
