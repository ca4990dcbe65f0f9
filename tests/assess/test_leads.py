"""How lines are read: every shape that people paste, tables, and that nothing is guessed where several are meant."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.assess import Lead, Read, lines_of, read_leads
from actionday.assess.leads import MOST
from actionday.observe.extract import extract_from_texts

KNOWN = {
    "telegram:@known_one": ["telegram:channel:1"],
    "telegram:@shared": ["telegram:channel:2", "telegram:channel:3"],
}


def resolve(references: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {one: KNOWN.get(one, []) for one in references}


def read(*lines: str) -> list[Lead]:
    return read_leads(lines, extract_from_texts, resolve)


@pytest.mark.parametrize(
    ("line", "how", "target", "about"),
    [
        ("telegram:channel:77", Read.SUBJECT, "telegram:channel:77", ""),
        ("matrix:account:@a:example.org", Read.SUBJECT, "matrix:account:@a:example.org", ""),
        ("telegram:@Known_One", Read.SUBJECT, "telegram:channel:1", ""),
        ("https://t.me/known_one", Read.SUBJECT, "telegram:channel:1", ""),
        ("hxxps://t[.]me/known_one", Read.SUBJECT, "telegram:channel:1", ""),
        ("https://t.me/shared", Read.REFERENCE, "telegram:@shared", ""),
        ("https://t.me/nobody_yet", Read.REFERENCE, "telegram:@nobody_yet", ""),
        ("https://t.me/known_one/12", Read.ADDRESS, "url:https://t.me/known_one/12", "telegram:@known_one"),
        ("https://example.org/a/page", Read.ADDRESS, "url:https://example.org/a/page", "website:channel:example.org"),
        ("https://example.org/", Read.SUBJECT, "website:channel:example.org", ""),
        ("just words", Read.NOTHING, "", ""),
    ],
)
def test_a_line_is_read_as_what_it_says(line: str, how: Read, target: str, about: str) -> None:
    (lead,) = read(line)
    assert (lead.read, lead.target, lead.about, lead.text, lead.line) == (how, target, about, line, 1)


def test_a_line_may_name_several_and_empty_lines_and_remarks_are_passed_over() -> None:
    leads = read("# from the night shift", "", "see https://t.me/known_one and @b@example.social")
    assert [(one.line, one.target) for one in leads] == [
        (3, "telegram:channel:1"),
        (3, "mastodon:account:b@example.social"),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\r\nb\n", ["a", "b"]),
        ('url,note\nhttps://t.me/x,"seen, twice"\n', ["https://t.me/x seen, twice"]),
        ("platform\thandle\ntelegram\t@x\n", ["telegram @x"]),
        ("\ufeffurl;who;when\nhttps://t.me/x;me;now\n", ["https://t.me/x me now"]),
        ("https://t.me/x, https://t.me/y\n", ["https://t.me/x, https://t.me/y"]),
    ],
)
def test_lists_and_tables_become_lines(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


def test_a_list_has_an_end() -> None:
    with pytest.raises(ValueError, match="at most"):
        lines_of("x\n" * (MOST + 1))


@given(st.lists(st.text(max_size=60), max_size=8))
def test_whatever_is_pasted_every_line_that_says_something_is_answered(lines: list[str]) -> None:
    kept = lines_of("\n".join(line.replace("\n", " ").replace("\r", " ") for line in lines))
    leads = read(*kept)
    said = {number for number, line in enumerate(kept, 1) if line and not line.startswith("#")}
    assert {one.line for one in leads} == said
    assert all(bool(one.target) == (one.read is not Read.NOTHING) for one in leads)
