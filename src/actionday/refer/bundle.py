"""A folder for a person who does the last step: what to send, what to do, and a file in which they say what they did.

The folder appears whole or not at all, and is never written twice: what a person has put into it stays. What comes back is checked: the key, the
outcome, a time with zone, a receipt that lies in this folder. Not for: routes that a program walks alone.
"""

import json
import tomllib
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from actionday.records import InputError, UsageError
from actionday.records.referral import Step
from actionday.refer.forms import pdf, plain_text
from actionday.refer.package import EvidenceHash, Moment
from actionday.refer.route import Errand, Parcel, Receipt, Route
from actionday.refer.sheets import write_sheet

MANIFEST, DONE, READ_ME = "bundle.json", "done.toml", "READ-ME.txt"
_LARGEST = 64 * 1024 * 1024
"""Bytes of a receipt, at most."""
_OUTCOMES = {"sent": Step.SENT, "not_sent": Step.NOT_SENT, "received": Step.RECEIVED}
_DONE = """\
# When you have done it, fill this in, save it, and leave it in this folder.
key = {key}
outcome = ""   # sent, received (you hold the recipient's own receipt), or not_sent
at = ""        # when, with zone: 2026-03-30T09:00:00+02:00
by = ""        # who
says = ""      # what you did, in your words
receipt = ""   # the name of a file in this folder that shows it: a screenshot, a mail, a slip; may stay empty
"""


def hand_over(route: Route, parcel: Parcel, errand: Errand, steps: str) -> Receipt:
    """Write the parcel's folder for a person, who has it then. Raises UsageError for a kind that the route does not carry, and as `write_bundle`."""
    if unknown := {one.form.KIND for one in parcel.documents} - set(route.carries):
        raise UsageError(f"{route.name} does not carry {', '.join(sorted(unknown))}")
    folder = write_bundle(parcel, errand, steps)
    return Receipt(parcel.key, Step.QUEUED, errand.clock.now(), errand.by, says=f"a person has it: {folder.name}")


def write_bundle(parcel: Parcel, errand: Errand, steps: str) -> Path:
    """The parcel's folder under the errand's, written now or before. Raises InputError where another parcel has its name."""
    folder = errand.folder / parcel.reference
    told = _files(parcel, steps)
    manifest = _manifest(parcel.key, told)
    if folder.exists():
        if not (folder / MANIFEST).is_file() or (folder / MANIFEST).read_text("utf-8") != manifest:
            raise InputError(str(folder), "it holds something else", "move it away, or use another reference")
        return folder
    errand.folder.mkdir(parents=True, exist_ok=True)
    building = Path(mkdtemp(prefix=".bundle-", dir=errand.folder))
    try:
        for name, data in {**told, MANIFEST: manifest.encode(), DONE: _done(parcel.key)}.items():
            (building / name).write_bytes(data)
        building.rename(folder)
    except BaseException:
        rmtree(building, ignore_errors=True)
        raise
    return folder


def _files(parcel: Parcel, steps: str) -> dict[str, bytes]:
    files = {READ_ME: f"{parcel.reference}\n\n{steps.strip()}\n".encode()}
    for n, one in enumerate(parcel.documents, 1):
        stem = f"{n}-{one.form.KIND}"
        files |= {
            f"{stem}.pdf": pdf(one),
            f"{stem}.txt": plain_text(one).encode(),
            f"{stem}.json": one.to_json().encode(),
        }
    if parcel.packages:
        files["sheet.csv"] = write_sheet(parcel.packages).encode()
    return files


def _manifest(key: str, files: Mapping[str, bytes]) -> str:
    digests = {name: sha256(data).hexdigest() for name, data in sorted(files.items())}
    return json.dumps({"key": key, "sha256": digests}, indent=1) + "\n"


def _done(key: str) -> bytes:
    return _DONE.format(key=json.dumps(key)).encode()


def read_done(key: str, errand: Errand) -> Receipt | None:
    """What the person says they did; None as long as they have not. Raises InputError naming the file and what to mend."""
    path = _folder_of(key, errand) / DONE
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(
            str(path), "it is gone", "put it back, or say in the casebook what became of the parcel"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"it cannot be read: {error}", "keep the quotation marks") from error
    said = {name: str(told.get(name, "")).strip() for name in ("key", "outcome", "at", "by", "says", "receipt")}
    if not said["outcome"]:
        return None
    return _receipt(key, path, said, errand)


def _receipt(key: str, path: Path, said: Mapping[str, str], errand: Errand) -> Receipt:
    step = _OUTCOMES.get(said["outcome"])
    if said["key"] != key:
        raise InputError(str(path), "it has another parcel's key", "fill in the file of this folder")
    if step is None:
        raise InputError(str(path), f"unknown outcome {said['outcome']!r}", f"one of {', '.join(_OUTCOMES)}")
    if not said["by"]:
        raise InputError(str(path), "nobody is named", "fill in `by`")
    at = _time(said["at"])
    if at is None or at > errand.clock.now():
        raise InputError(
            str(path), f"{said['at']!r} is no past time with zone", "for example 2026-03-30T09:00:00+02:00"
        )
    shown = (_shown(path.parent / said["receipt"], path, errand),) if said["receipt"] else ()
    if step is Step.RECEIVED and not shown:
        raise InputError(str(path), "received, and no receipt is named", "name a file, or say `sent`")
    return Receipt(key, step, at, said["by"], shown, said["says"])


def _shown(file: Path, path: Path, errand: Errand) -> EvidenceHash:
    """The digest of a receipt. It lies in the folder itself; links lead elsewhere and are not followed."""
    inside = file.parent == path.parent and not file.is_symlink() and file.is_file()
    if not inside:
        raise InputError(str(path), f"{file.name!r} does not lie in this folder", "put the receipt beside this file")
    if file.stat().st_size > _LARGEST:
        raise InputError(str(file), "larger than 64 MiB", "keep a smaller copy")
    digest = sha256(file.read_bytes()).hexdigest()
    return EvidenceHash("sha256", digest, file.name, Moment.of(errand.clock.now()))


def _folder_of(key: str, errand: Errand) -> Path:
    for manifest in sorted(errand.folder.glob(f"*/{MANIFEST}")):
        if json.loads(manifest.read_text("utf-8")).get("key") == key:
            return manifest.parent
    raise InputError(str(errand.folder), f"no folder has the parcel {key}", "was it moved?")


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
