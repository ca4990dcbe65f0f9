"""Every message has its translation, and readers get the language they asked for."""

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from lxml import html
from tests.console.web.conftest import Console

from actionday.assess import Read
from actionday.console.web import languages
from actionday.console.web.languages import LANGUAGES, chosen, direction
from actionday.link.evidence import FAMILIES
from actionday.records import Judged, Relation, Role
from actionday.records.case import Stage
from actionday.records.case_event import CaseStep
from actionday.records.deadline import Mark
from actionday.records.reading import Confidence, Opinion, Purpose
from actionday.stores.casebook.chain import Kind

FOLDER = Path(languages.__file__).parent
FACES = ("handles", "names", "bio", "language", "size", "created at", "first seen", "last seen", "ended at")


def messages() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(FOLDER, [("**/templates/**.html", "jinja2")])
    fixed = {tuple(one[2]) if isinstance(one[2], tuple) else one[2] for one in found}
    kinds = (Role, Judged, Kind, Stage, CaseStep, Purpose, Opinion, Confidence, Mark, Read)
    words = [one.value for kind in kinds for one in kind] + [
        one.value for one in Relation if one is not Relation.UNRELATED
    ]
    return (
        fixed
        | {word.replace("_", " ") for word in words}
        | set(FACES)
        | {one.name.replace("_", " ") for one in FAMILIES}
    )


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_catalogues_are_whole_and_keep_what_is_filled_in(language: str) -> None:
    catalogue = read_po(io.BytesIO((FOLDER / "languages" / f"{language}.po").read_bytes()), locale=language)
    known = {tuple(one.id) if isinstance(one.id, list | tuple) else one.id: one for one in catalogue if one.id}
    assert messages() - known.keys() == set()
    for identity, one in known.items():
        said = one.string if isinstance(one.string, tuple | list) else (one.string,)
        assert all(said), identity
        assert not list(one.check(catalogue)), identity


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "ar-EG,ar;q=0.9,en;q=0.5", "ar"),
        (None, "es;q=1, de-AT;q=0.8, en;q=0.7", "de"),
        (None, "fr;q=0, en", "en"),
        (None, ";;;q=x,,", "en"),
        ("fr", "de", "fr"),
        ("xx", "de", "de"),
    ],
)
def test_who_reads_gets_what_they_chose_or_what_their_browser_asks_for(
    asked: str | None, accepted: str, language: str
) -> None:
    assert chosen(asked, accepted) == language


def test_arabic_runs_from_right_to_left(console: Console) -> None:
    assert (direction("ar"), direction("fr")) == ("rtl", "ltr")
    browser = console.browser()
    browser.post("/language", data={"language": "ar"})
    page = html.fromstring(browser.get("/sign-in").text)
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
