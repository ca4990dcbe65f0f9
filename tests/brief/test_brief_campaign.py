"""The whole brief: the same bytes from the same input, nothing fetched, nobody named, nothing claimed that was not seen."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.compute as pc
import pytest
from tests.brief import world
from tests.brief.hostile import CORPUS

from actionday.brief import SYNTHETIC, Identities, Identity, InputFile, write_brief
from actionday.brief.pseudonyms import pseudonym
from actionday.records import NOTHING_JUDGED, Estimate, Event, Measure

IDENTITIES = Identities(
    "A. Analyst",
    "request 12",
    {"telegram:channel:before1": Identity(("Some name",), ("@handle",), ("https://t.me/handle",))},
)


class Page(HTMLParser):
    """Tags, attributes and ids of a page, and its words outside of style."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._style = tag == "style"
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._style else data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("brief")
    write_brief(world.measures(), world.campaign(), world.origin(), out, key=world.KEY)
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "index.html").read_text("utf-8"))


def test_the_same_input_and_key_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    files = write_brief(world.measures(), world.campaign(), world.origin(), tmp_path, key=world.KEY)
    for path in files:
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes(), path


def test_another_key_changes_pseudonyms_and_no_number(folder: Path, tmp_path: Path) -> None:
    write_brief(world.measures(), world.campaign(), world.origin(), tmp_path, key=b"another key, 16+")
    assert (tmp_path / "brief.json").read_bytes() == (folder / "brief.json").read_bytes()
    pages = [(out / "index.html").read_text("utf-8") for out in (tmp_path, folder)]
    assert pages[0] != pages[1]
    one, other = (re.sub(r"\bs-[0-9a-f]{16}\b", "s-", page) for page in pages)
    assert one == other
    assert (tmp_path / "tables/lifetimes.csv").read_bytes() != (folder / "tables/lifetimes.csv").read_bytes()


def test_the_page_is_one_small_file_that_fetches_and_runs_nothing(folder: Path, page: Page) -> None:
    text = (folder / "index.html").read_text("utf-8")
    assert len(text.encode()) < 1_500_000
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on")]
    assert all(value.startswith("#") for _, name, value in page.attributes if name in ("href", "src", "xlink:href"))
    assert not re.search(r"url\(|@import", text)


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for _, name, value in page.attributes if name == "href"}
    referred = {ref for _, name, value in page.attributes if name == "aria-labelledby" for ref in value.split()}
    assert targets | referred <= set(ids)


def test_no_file_names_a_subject_or_an_input_file(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        text = path.read_text("utf-8")
        assert "telegram:channel:" not in text, path
        assert "export-0.json" not in text, path


def test_every_estimate_is_printed_with_interval_n_method_and_caveats(page: Page) -> None:
    for measure in world.measures():
        for estimate in measure.estimates:
            assert estimate.method in page.words
            for caveat in estimate.caveats:
                assert caveat in page.words
    assert "97\u202f%" in page.words
    assert "95 to 98\u202f%" in page.words


def test_unknown_estimates_land_in_the_general_table(tmp_path: Path) -> None:
    measure = Measure("something_new", (Estimate("zeta_score", 1.5, 1.2, 1.9, "index", 77, "new method"),), {})
    write_brief([measure], world.campaign(), world.origin(), tmp_path, key=world.KEY)
    text = (tmp_path / "index.html").read_text("utf-8")
    assert text.index("Other results") < text.index("Zeta score") < text.index("new method")


def test_who_came_back_stands_with_three_figures_strips_and_the_lead_line(page: Page) -> None:
    assert "A link is a lead, never a ground" in page.words
    for words in ("confirmed only", "corrected", "bounds", "not measured here", "Lines of lives"):
        assert words in page.words
    assert "line1-1" not in page.words


def test_where_nothing_was_judged_a_sentence_says_so_and_few_lines_are_not_drawn(tmp_path: Path) -> None:
    *others, network = world.measures()
    told = others.pop()
    nothing = replace(
        told, estimates=(replace(told.estimates[0], value=None, low=None, high=None, n=0, caveats=(NOTHING_JUDGED,)),)
    )
    write_brief([*others, nothing, network], world.campaign(), world.origin(), tmp_path, key=world.KEY)
    said = (tmp_path / "index.html").read_text("utf-8")
    assert "Nothing was judged here, so this brief says nothing of who came back" in said
    assert "Lines of lives" not in said
    few = replace(
        told, tables={**told.tables, "lives": told.tables["lives"].filter(pc.less(told.tables["lives"]["line"], 5))}
    )
    write_brief([*others, few, network], world.campaign(), world.origin(), tmp_path, key=world.KEY)
    assert "Lines of lives" not in (tmp_path / "index.html").read_text("utf-8").replace(
        "Lines of lives that were judged", ""
    )
    assert not (tmp_path / "tables" / "lives.csv").exists()


def test_coverage_comes_before_every_claim(page: Page) -> None:
    headings = [
        "What could be seen",
        "What was removed",
        "How long things lived",
        "What the recipients did",
        "Where they went",
        "How much was posted",
    ]
    places = [page.words.rindex(heading) for heading in headings]
    assert places == sorted(places)


def test_synthetic_worlds_say_so_on_page_and_in_every_figure(page: Page) -> None:
    figures = page.tags.count("svg")
    assert figures == 2 * page.tags.count("figure")
    assert page.words.count(SYNTHETIC) >= figures + 1


def test_a_blind_observer_yields_not_identified_and_no_change(tmp_path: Path) -> None:
    write_brief(world.measures(identified=False), world.campaign(), world.origin(), tmp_path, key=world.KEY)
    made = json.loads((tmp_path / "brief.json").read_text("utf-8"))
    assert made["identified"] is False
    compared = [
        e
        for e in made["estimates"]
        if e["name"].startswith(("posts_change", "rmst_difference", "lifetimes_differ", "hhi_change"))
    ]
    assert len(compared) == 6
    assert {e["value"] for e in compared} == {None}
    words = Page((tmp_path / "index.html").read_text("utf-8")).words
    assert "Whether posting changed is not identified" in words
    assert "−88" not in words
    assert "difference in mean days" not in words


def test_without_a_measure_of_coverage_the_brief_says_so(tmp_path: Path) -> None:
    write_brief(world.measures()[1:], world.campaign(), world.origin(), tmp_path, key=world.KEY)
    assert "Coverage was not measured" in (tmp_path / "index.html").read_text("utf-8")


def test_events_that_coincide_are_named_as_what_cannot_be_told_apart(page: Page) -> None:
    warned = page.words.split("What cannot be told apart")[1][:200]
    assert "Platform outage of six hours" in warned
    assert "Arrest of an administrator" in warned
    assert "Second action day" not in warned


def test_hostile_words_from_campaign_and_files_stay_words(tmp_path: Path) -> None:
    events = tuple(Event(world.START, "other", text) for text in CORPUS)
    hostile = "".join(CORPUS)
    campaign = replace(world.campaign(), name=hostile, events=events)
    origin = replace(
        world.origin(),
        marking=hostile,
        home=hostile,
        quarantine=dict.fromkeys(CORPUS, 1),
        inputs=(InputFile(hostile, "0" * 64, hostile, 1),),
    )
    estimates = tuple(
        Estimate(
            text or "x", 1.0, 0.5, 2.0, text, 50, text, caveats=(text,), group={"kind": text, "organisation": text}
        )
        for text in CORPUS
    )
    measures = [*world.measures(), Measure(hostile, estimates, {}, CORPUS)]
    people = Identities(
        hostile, hostile, {text: Identity(CORPUS, CORPUS, CORPUS) for text in CORPUS if "\ud800" not in text}
    )
    write_brief(measures, campaign, origin, tmp_path, key=world.KEY, identities=people)
    for name in ("index.html", "annex.html"):
        made = Page((tmp_path / name).read_text("utf-8"))
        assert not {"script", "img", "b", "x"} & (set(made.tags) - {"b"})
        assert not [a for a in made.attributes if a[1].startswith("on")]
        assert "\u202e" not in made.words
        assert "\x1b" not in made.words
    assert (tmp_path / "brief.json").read_bytes().isascii()


def test_an_empty_campaign_still_makes_a_brief(tmp_path: Path) -> None:
    files = write_brief([], world.campaign(), world.origin(), tmp_path, key=world.KEY)
    assert {p.name for p in files} == {"index.html", "brief.json", "codebook.csv", "codebook.md"}


def test_the_annex_names_on_request_only_marked_and_defanged(tmp_path: Path) -> None:
    write_brief(world.measures(), world.campaign(), world.origin(), tmp_path, key=world.KEY, identities=IDENTITIES)
    annex = (tmp_path / "annex.html").read_text("utf-8")
    assert annex.count("TLP:AMBER+STRICT") >= 3
    assert pseudonym("telegram:channel:before1", world.KEY) in annex
    assert "hxxps[:]//t[.]me/handle" in annex
    assert "https://t.me" not in annex
    assert "Some name" not in (tmp_path / "index.html").read_text("utf-8")
    write_brief(world.measures(), world.campaign(), world.origin(), tmp_path, key=world.KEY)
    assert not (tmp_path / "annex.html").exists(), "an annex of an earlier brief does not stay behind"
