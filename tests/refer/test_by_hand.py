"""The way by hand: a folder out, and what the person did back; every mistake that a person can make is named with its file."""

import asyncio
import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from actionday.records import FixedClock, InputError
from actionday.records.referral import Step
from actionday.refer import bundle
from actionday.refer.bundle import DONE, MANIFEST, READ_ME, read_done, write_bundle
from actionday.refer.forms import Notice, document
from actionday.refer.forms.examples import example_form, example_order, example_package
from actionday.refer.package import Kind, Language
from actionday.refer.registry import routes
from actionday.refer.route import Errand, Parcel, Receipt

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
ROUTE = routes()["by_hand"]
PARCEL = ROUTE.examples()[0]
FOLDER = PARCEL.reference


@pytest.fixture
def errand(tmp_path: Path) -> Errand:
    made = Errand(FixedClock(NOW), tmp_path / "out", "duty desk")
    asyncio.run(ROUTE.send(PARCEL, made))
    return made


def fill(errand: Errand, **told: str) -> Receipt | None:
    path = errand.folder / FOLDER / DONE
    told = {"key": PARCEL.key, "outcome": "sent", "at": "2026-04-01T11:00:00+02:00", "by": "A.", **told}
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items()))
    return asyncio.run(ROUTE.settle(PARCEL.key, errand))


def test_the_folder_holds_everything_and_its_digests(errand: Errand) -> None:
    folder = errand.folder / FOLDER
    stem = "1-referral"
    told = {f"{stem}.pdf", f"{stem}.txt", f"{stem}.json", "sheet.csv", READ_ME}
    assert {path.name for path in folder.iterdir()} == told | {DONE, MANIFEST}
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest == {
        "key": PARCEL.key,
        "sha256": {name: sha256((folder / name).read_bytes()).hexdigest() for name in sorted(told)},
    }
    assert (folder / f"{stem}.pdf").read_bytes().startswith(b"%PDF")
    assert "voluntary referral" in (folder / f"{stem}.txt").read_text("utf-8").splitlines()[0]
    sheet = list(csv.DictReader(io.StringIO((folder / "sheet.csv").read_text("utf-8-sig"))))
    assert [row["url"] for row in sheet] == [item.url for item in PARCEL.packages[0].items]
    assert not list(errand.folder.glob(".bundle-*"))


def test_what_the_person_did_comes_back_with_its_receipt(errand: Errand) -> None:
    assert asyncio.run(ROUTE.settle(PARCEL.key, errand)) is None
    sent = fill(errand, says="their web form")
    assert sent is not None
    assert (sent.step, sent.by, sent.says, sent.evidence) == (Step.SENT, "A.", "their web form", ())
    assert sent.at == datetime(2026, 4, 1, 9, tzinfo=UTC)
    (errand.folder / FOLDER / "ticket.png").write_bytes(b"picture")
    received = fill(errand, outcome="received", receipt="ticket.png")
    assert received is not None
    assert received.step is Step.RECEIVED
    assert received.evidence[0].digest == sha256(b"picture").hexdigest()
    assert received.evidence[0].says == "ticket.png"
    given_up = fill(errand, outcome="not_sent", says="the portal is down")
    assert given_up is not None
    assert given_up.step is Step.NOT_SENT


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"key": "other"}, "another parcel's key"),
        ({"outcome": "done"}, "unknown outcome"),
        ({"by": " "}, "nobody is named"),
        ({"at": ""}, "no past time with zone"),
        ({"at": "2026-04-01T11:00:00"}, "no past time with zone"),
        ({"at": "2026-04-01T12:00:01Z"}, "no past time with zone"),
        ({"outcome": "received"}, "no receipt is named"),
        ({"receipt": "missing.png"}, "does not lie in this folder"),
        ({"receipt": "../secret.txt"}, "does not lie in this folder"),
        ({"receipt": "link.png"}, "does not lie in this folder"),
        ({"receipt": "/etc/hostname"}, "does not lie in this folder"),
        ({"receipt": "."}, "does not lie in this folder"),
    ],
)
def test_mistakes_are_named_and_change_nothing(errand: Errand, told: dict[str, str], says: str) -> None:
    (errand.folder / "secret.txt").write_text("not yours")
    (errand.folder / FOLDER / "link.png").symlink_to(errand.folder / "secret.txt")
    with pytest.raises(InputError, match=says) as caught:
        fill(errand, **told)
    assert caught.value.path.endswith(DONE)
    assert caught.value.fix


def test_a_file_that_is_gone_or_broken_is_named(errand: Errand) -> None:
    path = errand.folder / FOLDER / DONE
    path.write_text('outcome = "sent')
    with pytest.raises(InputError, match="quotation marks"):
        read_done(PARCEL.key, errand)
    path.unlink()
    with pytest.raises(InputError, match="gone"):
        read_done(PARCEL.key, errand)
    with pytest.raises(InputError, match="no folder"):
        read_done("unknown", errand)


def test_what_a_person_wrote_is_never_written_over(errand: Errand) -> None:
    fill(errand)
    written = (errand.folder / FOLDER / DONE).read_bytes()
    later = replace(errand, clock=FixedClock(NOW + timedelta(days=1)))
    asyncio.run(ROUTE.send(PARCEL, later))
    assert (errand.folder / FOLDER / DONE).read_bytes() == written
    with pytest.raises(InputError, match="something else"):
        asyncio.run(ROUTE.send(replace(PARCEL, key="another"), errand))


@pytest.mark.parametrize("broken", ["pdf", "write_sheet", "plain_text"])
def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError("no space")

    monkeypatch.setattr(bundle, broken, fail)
    with pytest.raises(OSError, match="no space"):
        write_bundle(PARCEL, Errand(FixedClock(NOW), tmp_path, "x"), "steps")
    assert not list(tmp_path.iterdir())


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write: Callable[[Path, bytes], int] = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == DONE:
            raise OSError("no space")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no space"):
        write_bundle(PARCEL, Errand(FixedClock(NOW), tmp_path, "x"), "steps")
    assert not list(tmp_path.iterdir())


def test_a_parcel_is_made_of_what_may_leave_only() -> None:
    package = example_package(Kind.NOTICE)
    notice = document(replace(Notice.of(package), good_faith=True), Language.ENGLISH)
    order = document(example_order(), Language.ENGLISH)
    for told, says in ((notice, "unverified"), (order, "void and unverified")):
        with pytest.raises(ValueError, match=f"it is {says}, and may not leave"):
            Parcel("k", "entry", "R-1", package.recipient, (told,))
    fine = (document(example_form(Kind.REFERRAL), Language.ENGLISH),)
    with pytest.raises(ValueError, match="approval"):
        Parcel("k", " ", "R-1", package.recipient, fine)
    with pytest.raises(ValueError, match="no reference number"):
        Parcel("k", "entry", "../R-1", package.recipient, fine)
    with pytest.raises(ValueError, match="nothing in it"):
        Parcel("k", "entry", "R-1", package.recipient, ())
    other = replace(package, recipient=replace(package.recipient, name="Somebody Else"))
    with pytest.raises(ValueError, match="several recipients"):
        Parcel("k", "entry", "R-1", package.recipient, fine, (other,))


def test_a_receipt_says_what_a_receipt_can_say() -> None:
    with pytest.raises(ValueError, match="does not say removed"):
        Receipt("k", Step.REMOVED, NOW, "x")
    with pytest.raises(ValueError, match="aware"):
        Receipt("k", Step.SENT, datetime(2026, 1, 1), "x")  # noqa: DTZ001
