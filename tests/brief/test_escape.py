"""Every sink against one hostile corpus."""

import csv
import io
from email.message import EmailMessage
from html.parser import HTMLParser
from xml.etree import ElementTree

import polars as pl
import pytest
from tests.brief.hostile import CORPUS

from actionday.brief.escape import csv_column, defang, html, ident, mail_header, svg, terminal
from actionday.brief.svg import node, text
from actionday.records.escape import csv_cell, visible

STEERING = [
    "\x1b",
    "\x9b",
    "\x00",
    "\x08",
    "\r",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "\ufeff",
    "\U000e0041",
    "\ud800",
]


class Reader(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_that_steers_is_left_in_any_sink(hostile: str) -> None:
    for made in (str(html(hostile)), str(svg(hostile)), csv_cell(hostile), terminal(hostile), mail_header(hostile)):
        assert not [c for c in STEERING if c in made]


@pytest.mark.parametrize("hostile", CORPUS)
def test_html_text_and_attribute_stay_text_and_attribute(hostile: str) -> None:
    reader = Reader()
    reader.feed(f'<p title="{html(hostile)}">{html(hostile)}</p>')
    reader.close()
    assert reader.tags == [("p", {"title": visible(hostile)})]
    assert reader.words == visible(hostile)


@pytest.mark.parametrize("hostile", CORPUS)
def test_svg_is_wellformed_and_says_what_it_was_given(hostile: str) -> None:
    drawn = ElementTree.fromstring(node("g", text(0, 0, hostile, cls=hostile or "x")))
    assert [child.tag for child in drawn] == ["text"]
    assert (drawn[0].text or "") == " ".join(visible(hostile).split())
    assert list(drawn[0]) == []


@pytest.mark.parametrize("hostile", [text for text in CORPUS if "\ud800" not in text])
def test_csv_cells_run_nothing_and_come_back_as_one_cell(hostile: str) -> None:
    buffer = io.StringIO(pl.DataFrame({"a": [1], "b": csv_column(pl.Series([hostile])), "c": [-3]}).write_csv())
    rows = list(csv.reader(buffer))
    assert len(rows) == 2
    assert rows[1][0] == "1"
    assert rows[1][2] == "-3", "negative numbers stay numbers"
    assert not rows[1][1].lstrip().startswith(("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"))
    assert "\n" not in rows[1][1]


def test_csv_formulas_get_an_apostrophe_and_other_text_is_left_alone() -> None:
    assert csv_cell("=1+1") == "'=1+1"
    assert csv_cell("-2+3") == "'-2+3"
    assert csv_cell("Organisation A") == "Organisation A"
    assert csv_column(pl.Series(["=1", None, "a"])).to_list() == ["'=1", None, "a"]


@pytest.mark.parametrize("hostile", CORPUS)
def test_a_terminal_line_stays_one_line_of_printable_characters(hostile: str) -> None:
    shown = terminal(hostile)
    assert "\n" not in shown
    assert "\t" not in shown
    shown.encode("utf-8")


def test_the_terminal_keeps_what_readers_of_arabic_and_persian_need() -> None:
    assert terminal("قناة \u200c الاختبار \u200f") == "قناة \u200c الاختبار \u200f"


@pytest.mark.parametrize("hostile", CORPUS)
def test_a_mail_header_cannot_add_a_header(hostile: str) -> None:
    message = EmailMessage()
    message["Subject"] = mail_header(hostile)
    message.set_content("x")
    assert len(mail_header(hostile)) <= 200
    assert {name.lower() for name in message} <= {
        "subject",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    }
    assert bytes(message).lower().count(b"\nbcc:") == 0


@pytest.mark.parametrize(
    ("address", "cold"),
    [
        ("https://example.org/a.b?c=d", "hxxps[:]//example[.]org/a[.]b?c=d"),
        ("HTTP://Example.Org:8080/", "hxxp[:]//Example[.]Org[:]8080/"),
        ("someone@example.org", "someone[@]example[.]org"),
        ("@user:example.org", "[@]user[:]example[.]org"),
        ("tg://resolve?domain=x", "tg[:]//resolve?domain=x"),
        ("plain words, and a sentence.", "plain words, and a sentence."),
    ],
)
def test_defanged_addresses_cannot_be_clicked(address: str, cold: str) -> None:
    assert defang(address) == cold
    assert defang(cold) == cold


@pytest.mark.parametrize("hostile", CORPUS)
def test_ids_hold_nothing_but_letters_digits_and_hyphens(hostile: str) -> None:
    made = ident("e", hostile)
    assert made
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
