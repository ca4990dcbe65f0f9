"""Sheets: 1,733 rows out and back through other people's spreadsheets; what does not match is listed, and nothing is lost or made up."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.brief.hostile import CORPUS

from actionday.records.referral import Step
from actionday.refer.forms.examples import SEEN, example_package
from actionday.refer.package import Item, Kind, Package
from actionday.refer.sheets import ANSWERED, ANSWERS, ASKED, Mismatch, read_sheet, rows, write_sheet

SENT = datetime(2026, 3, 29, 10, tzinfo=UTC)
NOW = SENT + timedelta(days=7)
ANSWER_TIME = "2026-03-30T09:00:00+02:00"


def package(n: int, items: int = 1) -> Package:
    places = tuple(Item(f"https://host.example/c/{n}/{k}", f"telegram:channel:{n}{k}", SEEN) for k in range(items))
    return replace(example_package(Kind.REFERRAL, reference=f"RAD-{n:04}"), items=places)


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def back(sheet: list[dict[str, str]], delimiter: str = ",", names: tuple[str, ...] = (*ASKED, *ANSWERED)) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sheet)
    return out.getvalue()


@pytest.mark.parametrize(("delimiter", "mark"), [(",", "\ufeff"), (";", ""), ("\t", "\ufeff")])
def test_1733_answers_are_matched_and_mismatches_are_listed(delimiter: str, mark: str) -> None:
    random, packages = Random(7), [package(n) for n in range(1733)]
    sheet = cells(write_sheet(packages))
    assert len(sheet) == 1733
    truth, spoilt = dict[str, Step](), dict[str, Mismatch]()
    for n, row in enumerate(sheet):
        step = random.choice(list(ANSWERS.values()))
        row |= {"answer": step.value, "answered_at": ANSWER_TIME, "reason": "read" if step is Step.DECLINED else ""}
        truth[row["reference"]] = step
        change = {
            10: ({"answer": "gone?"}, Mismatch.WORD),
            20: ({"answered_at": "30.03.2026"}, Mismatch.TIME),
            30: ({"answered_at": "2026-03-30T09:00:00"}, Mismatch.TIME),
            40: ({"answered_at": "2026-03-29T09:59:59Z"}, Mismatch.EARLY),
            50: ({"answered_at": "2027-01-01T00:00:00Z"}, Mismatch.EARLY),
            60: ({"answer": "declined", "reason": " "}, Mismatch.REASON),
            70: ({"url": "https://host.example/other"}, Mismatch.ADDRESS),
            80: ({"answer": "", "answered_at": "", "reason": ""}, Mismatch.SILENT),
        }.get(n)
        if change:
            row.update(change[0])
            spoilt[row["reference"]] = change[1]
    first = sheet[5] | {"answer": "restricted" if truth["RAD-0005"] is not Step.RESTRICTED else "removed"}
    spoilt["RAD-0005"] = Mismatch.TWICE
    gone = sheet.pop(90)["reference"]
    spoilt[gone] = Mismatch.SILENT
    random.shuffle(sheet)
    sheet += [sheet[0], first, sheet[1] | {"reference": "RAD-9999"}, dict.fromkeys(sheet[0], "")]
    names = tuple(random.sample([*ASKED, *ANSWERED, "comment"], len(ASKED) + len(ANSWERED) + 1))
    text = mark + back([row | {"comment": "ours; theirs"} for row in sheet], delimiter, names)
    found = read_sheet(text, [one for one, _ in rows(packages)], SENT, NOW)

    assert {one.reference: one.step for one in found.answers} == {r: s for r, s in truth.items() if r not in spoilt}
    assert len(found.answers) == 1733 - len(spoilt)
    assert {one.reference: one.why for one in found.mismatches} == {**spoilt, "RAD-9999": Mismatch.UNKNOWN}
    assert set(found.open) == set(spoilt)
    assert all(one.at == datetime(2026, 3, 30, 7, tzinfo=UTC) for one in found.answers)
    lines = text.splitlines()
    assert all(one.reference in lines[one.line - 1] for one in found.mismatches if one.line)


def test_a_sheet_says_what_a_recipient_needs() -> None:
    sheet = cells(write_sheet([package(1), package(2, items=2)]))
    assert [row["reference"] for row in sheet] == ["RAD-0001", "RAD-0002/1", "RAD-0002/2"]
    assert sheet[0]["url"] == "https://host.example/c/1/0"
    assert (sheet[0]["seen_utc"], sheet[0]["seen_original"]) == ("2026-03-28T20:30:00Z", "2026-03-28T23:30:00+03:00")
    assert sheet[0]["evidence"] == "sha256:" + "0f" * 32
    assert write_sheet([package(1)]).startswith("\ufeffreference,url,")


def test_one_sheet_is_for_one_recipient_and_one_row_for_one_reference() -> None:
    other = replace(package(2), recipient=replace(package(2).recipient, name="Somebody Else"))
    with pytest.raises(ValueError, match="one recipient"):
        write_sheet([package(1), other])
    with pytest.raises(ValueError, match="RAD-0001"):
        write_sheet([package(1), package(1)])


def test_a_file_that_is_no_sheet_is_refused() -> None:
    for text in ("", "a,b,c\n1,2,3\n", "reference,answer\nx,removed\n"):
        with pytest.raises(ValueError, match="no column"):
            read_sheet(text, [], SENT, NOW)


@pytest.mark.parametrize("hostile", CORPUS)
def test_no_cell_is_a_formula_and_the_row_is_known_again(hostile: str) -> None:
    spoilt = replace(package(1), explanation=hostile, items=(Item(hostile, hostile, SEEN),))
    text = write_sheet([spoilt])
    sheet = cells(text)
    assert len(sheet) == 1
    assert not [cell for cell in sheet[0].values() if cell.strip()[:1] in tuple("=+-@|%＝＋－＠")]
    answered = back([sheet[0] | {"answer": "removed", "answered_at": ANSWER_TIME}])
    found = read_sheet(answered, [one for one, _ in rows([spoilt])], SENT, NOW)
    assert [one.step for one in found.answers] == [Step.REMOVED]


@given(st.lists(st.tuples(st.sampled_from(["removed", "Access disabled", "no", ""]), st.sampled_from([ANSWER_TIME, "x", ""])), max_size=30))  # fmt: skip
def test_every_row_is_an_answer_or_a_mismatch(said: list[tuple[str, str]]) -> None:
    packages = [package(n) for n in range(len(said))]
    sheet = [
        row | {"answer": a, "answered_at": t} for row, (a, t) in zip(cells(write_sheet(packages)), said, strict=True)
    ]
    found = read_sheet(back(sheet), [one for one, _ in rows(packages)], SENT, NOW)
    assert Counter([*(one.reference for one in found.answers), *found.open]) == Counter(p.reference for p in packages)
