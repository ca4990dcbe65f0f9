"""The home: one folder that holds a case's archive, its settings of record, its lock and (unless kept elsewhere) its keys.

    case.d/
      home.json       format version, id, content and profile policy: fixed when the home is made
      archive/TABLE/  Delta tables
      casebook.sqlite what was decided, unless a database keeps it (see `stores.casebook`)
      evidence/       frozen evidence, a folder a case (see `assess.evidence`)
      policy.toml     the unit's own grounds, authorities and hotlines, where it has some (see `assess.policy`)
      sealed/         what a host received and has to preserve, encrypted (see `stores.sealed`)
      intake.toml     what a host says of its contact point; register.toml beside it (see `playbook.contact_point`)
      keys/           the pseudonym key; may lie elsewhere (setting `keys`)
      staging/        work in progress of an import; empty between runs
      spill/          what running queries cannot hold in memory; gone between runs
      write.lock      held by the one process that writes

Not for: reading tables (see `archive`), finding keys elsewhere (see `settings`).
"""

import json
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from actionday.records.errors import HomeError, HomeLocked, UsageError
from actionday.stores.archive.schemas import FORMAT_VERSION

CONTENT = ("none", "hash", "text")
PROFILES = ("unit", "host", "research")


@dataclass(frozen=True, slots=True)
class HomePolicy:
    """What this home keeps of content, and how it names people.

    `content`: none (lengths only), hash (SHA-256 and fingerprints), text (the text besides).
    `profile`: unit (owners and admins by id, everybody else under keyed pseudonyms, media fingerprints kept),
    host (the same; for one's own server), research (keyed pseudonyms for every account, no media, never text).
    """

    content: str = "hash"
    profile: str = "unit"

    def __post_init__(self) -> None:
        if self.content not in CONTENT:
            raise UsageError(f"content is one of {', '.join(CONTENT)}, not {self.content!r}")
        if self.profile not in PROFILES:
            raise UsageError(f"profile is one of {', '.join(PROFILES)}, not {self.profile!r}")
        if self.profile == "research" and self.content == "text":
            raise UsageError("a research home keeps hashes, not text: use --content hash or none")


@dataclass(frozen=True, slots=True)
class Home:
    """An opened home: where it is, what it is called and what its policy is."""

    path: Path
    id: str
    policy: HomePolicy

    @property
    def archive(self) -> Path:
        """The folder of the Delta tables."""
        return self.path / "archive"

    @property
    def staging(self) -> Path:
        """The folder for work in progress."""
        return self.path / "staging"

    @property
    def spill(self) -> Path:
        """The folder for what queries cannot hold in memory (see `spill`)."""
        return self.path / "spill"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the home's write lock. Raises HomeLocked at once when another process holds it."""
        try:
            with FileLock(self.path / "write.lock", timeout=0):
                yield
        except Timeout as error:
            raise HomeLocked(f"{self.path} is being written by another process; wait for it or stop it") from error


def make_home(path: Path, policy: HomePolicy, now: datetime) -> Home:
    """Make a home, or open the one that stands there. Raises UsageError when that one has another policy."""
    if (path / "home.json").exists():
        home = open_home(path)
        if home.policy != policy:
            raise UsageError(
                f"{path} keeps content={home.policy.content}, profile={home.policy.profile}; a home's policy is fixed when it "
                "is made: leave the options out, or use another --home"
            )
        return home
    if path.exists() and any(path.iterdir()):
        raise HomeError(f"{path} is not empty and not a home; choose another folder for --home")
    path.mkdir(parents=True, exist_ok=True)
    facts = {"format": FORMAT_VERSION, "id": str(uuid.uuid4()), "made_at": now.isoformat(), **asdict(policy)}
    scratch = path / f"home.json.{os.getpid()}"
    scratch.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    scratch.replace(path / "home.json")
    return open_home(path)


def open_home(path: Path) -> Home:
    """Open a home. Raises HomeError when there is none or when a newer release made it."""
    try:
        facts = json.loads((path / "home.json").read_text("utf-8"))
        version, home = int(facts["format"]), Home(path, facts["id"], HomePolicy(facts["content"], facts["profile"]))
    except FileNotFoundError as error:
        raise HomeError(
            f"there is no home at {path} yet. Make one for casework: actionday init --home {path}; or read some exports into one:\n"
            f"  actionday observe import EXPORTS/ --home {path}\n"
            f"or go from exports to a brief at once: actionday run EXPORTS/ --campaign day.toml --home {path} --out brief/"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise HomeError(f"{path / 'home.json'} is damaged: {error}; restore it from a backup") from error
    if version > FORMAT_VERSION:
        raise HomeError(f"{path} has format {version}, this release reads up to {FORMAT_VERSION}: update actionday")
    return home


def pseudonym_key(folder: Path) -> bytes:
    """The home's 32-byte pseudonym key from `folder`, made on first use (mode 0600 where the system has modes)."""
    path = folder / "pseudonym.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        scratch = folder / f"pseudonym.key.{os.getpid()}"
        scratch.touch(mode=0o600)
        scratch.write_text(secrets.token_hex(32) + "\n", "ascii")
        scratch.replace(path)
    return bytes.fromhex(path.read_text("ascii").strip())
