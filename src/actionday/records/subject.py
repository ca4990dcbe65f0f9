"""Typed, stable ids. A handle is an attribute with validity, never an identity.

The text form is ``platform:kind:native``, for example ``telegram:channel:1311111111``, ``matrix:account:@a:example.org``.
A *reference* points at something by a name that may change hands: ``telegram:@handle``. References are resolved against
`accounts` and `channels` at the time of the mention, never stored as ids. ``platform:pseudonym:hex`` is an account known
only under this home's key.
"""

from dataclasses import dataclass
from typing import Self

KINDS = ("account", "channel", "pseudonym")


@dataclass(frozen=True, slots=True, order=True)
class SubjectId:
    """An account or channel by platform and native id."""

    platform: str
    kind: str
    native: str

    def __post_init__(self) -> None:
        if not self.platform or not self.native or self.kind not in KINDS:
            raise ValueError(f"no subject id: {self.platform!r}, {self.kind!r}, {self.native!r}")

    def __str__(self) -> str:
        return f"{self.platform}:{self.kind}:{self.native}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form. Raises ValueError when it is not one."""
        platform, _, rest = text.partition(":")
        kind, _, native = rest.partition(":")
        return cls(platform, kind, native)


def handle_reference(platform: str, handle: str) -> str:
    """The reference for a handle: ``platform:@handle``, case folded, without a leading @."""
    return f"{platform}:@{handle.lstrip('@').casefold()}"
