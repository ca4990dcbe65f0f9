"""The documentation says what there is: generated pages are fresh, and everything has its heading."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from actionday import playbook
from actionday.observe.registry import live_readers, platforms, probers, readers
from actionday.refer.forms import Stamp, document
from actionday.refer.forms.examples import example_form
from actionday.refer.package import Kind, Language
from actionday.refer.registry import routes
from actionday.settings import Settings
from actionday.stores.archive.schemas import TABLES
from actionday.stores.casebook.tables import METADATA

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


ANY_PLATFORM = {"table", "sightings", "snapshots", "announced", "fourcat", "known_content"}
"""Formats that may speak of any platform."""


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "page",
    [
        "platforms.md",
        "routes.md",
        "reference/cli.md",
        "reference/tables.md",
        "reference/casebook.md",
        "reference/formats.md",
        "reference/python.md",
    ],
)
def test_generated_pages_are_fresh(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == generator().PAGES[page]().rstrip() + "\n", "run: python docs/generate.py"


def headings(path: Path) -> set[str]:
    return {line.lstrip("#").strip() for line in path.read_text("utf-8").splitlines() if line.startswith("#")}


def test_every_setting_has_its_heading() -> None:
    fields = set(Settings.__dataclass_fields__) - {"environment", "ask", "acting"}
    assert fields <= headings(DOCS / "reference" / "settings.md")


def test_every_table_and_format_has_its_heading() -> None:
    assert set(TABLES) <= headings(DOCS / "reference" / "tables.md")
    assert set(METADATA.tables) <= headings(DOCS / "reference" / "casebook.md")
    assert set(readers()) <= headings(DOCS / "reference" / "formats.md")


def test_every_plugin_is_on_the_page_of_platforms() -> None:
    told = platforms()
    assert {form for about in told.values() for form in about.formats} >= set(readers()) - ANY_PLATFORM
    spoken_to = [one.platforms for one in probers().values()] + [one.platforms for one in live_readers().values()]
    assert {name for names in spoken_to for name in names} <= set(told)
    for about in told.values():
        assert about.tested
        assert about.cannot
        assert set(about.formats) <= set(readers())


def test_every_route_has_its_heading() -> None:
    assert set(routes()) <= headings(DOCS / "routes.md")


def test_every_form_has_its_heading_and_says_how_well_it_is_known() -> None:
    text = (DOCS / "guide" / "forms.md").read_text("utf-8")
    assert {kind.value for kind in Kind} <= headings(DOCS / "guide" / "forms.md")
    for kind in Kind:
        made = document(example_form(kind), Language.ENGLISH)
        told = text.partition(f"### {kind}\n")[2].partition("\n### ")[0]
        for stamp in Stamp:
            assert (f"**{stamp.name}**" in told) == (stamp in made.stamps), f"{kind}: {stamp}"
    for language in Language:
        assert f"`{language}`" in text


def test_every_measure_has_a_page_on_its_method() -> None:
    pages = {
        "coverage": "coverage",
        "activity": "activity",
        "lifetimes": "lifetimes",
        "migration": "migration",
        "returns": "returns",
        "recipients": "recipients",
        "effect": "effect",
        "forecast": "forecast",
    }
    assert set(playbook.MEASURES) == set(pages)
    for page in pages.values():
        text = (DOCS / "methods" / f"{page}.md").read_text("utf-8").lower()
        for word in ("assum", "source", "mislead", "example"):
            assert word in text, f"{page}.md says nothing of {word}"


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_decisions_are_numbered_and_dated() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        assert re.search(r"\*Decided \d{4}-\d{2}-\d{2}\.\*", path.read_text("utf-8")), path.name


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"version: {project}" in (ROOT / "CITATION.cff").read_text()
    assert f'__version__ = "{project}"' in (ROOT / "src" / "actionday" / "__init__.py").read_text()
