"""In a real browser: fits a phone, asks for nothing, repeats its marking on paper, and has no serious accessibility fault."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tests.brief import world

from actionday.brief import Identities, Identity, write_brief

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

Scheme = Literal["light", "dark"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("brief")
    people = Identities(
        "A. Analyst",
        "request 12",
        {"telegram:channel:before1": Identity(("Some name",), ("@handle",), ("https://t.me/handle",))},
    )
    write_brief(world.measures(), world.campaign(), world.origin(), out, key=world.KEY, identities=people)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(
    browser: Browser, folder: Path, name: str = "index.html", width: int = 1280, scheme: Scheme = "light"
) -> Page:
    # the page's own policy refuses every script; the checker is let past it
    view: ViewportSize = {"width": width, "height": 800}
    page = browser.new_context(bypass_csp=True, viewport=view, color_scheme=scheme).new_page()
    page.goto(f"file://{folder / name}")
    return page


@pytest.mark.parametrize("name", ["index.html", "annex.html"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_the_page_never_scrolls_sideways(browser: Browser, folder: Path, name: str, width: int) -> None:
    page = opened(browser, folder, name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_one_version_of_each_figure_is_shown(browser: Browser, folder: Path) -> None:
    for width, shown, hidden in ((360, "narrow", "wide"), (1280, "wide", "narrow")):
        page = opened(browser, folder, width=width)
        assert page.locator(f"svg.{shown}").first.is_visible()
        assert not page.locator(f"svg.{hidden}").first.is_visible()
        page.context.close()


def test_nothing_is_asked_for_and_nothing_is_refused(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"file://{folder / 'index.html'}")
    assert asked == [f"file://{folder / 'index.html'}"]
    assert said == []
    page.close()


@pytest.mark.parametrize(("name", "marking"), [("index.html", "TLP:AMBER"), ("annex.html", "TLP:AMBER+STRICT")])
def test_paper_repeats_the_marking_and_opens_what_is_folded(
    browser: Browser, folder: Path, name: str, marking: str
) -> None:
    page = opened(browser, folder, name)
    page.emulate_media(media="print")
    running = page.locator(".running")
    assert marking in running.inner_text()
    assert running.evaluate("e => getComputedStyle(e).display") == "table-header-group", "repeated on every page"
    assert running.evaluate("e => getComputedStyle(e).breakInside") == "avoid", "which browsers need to repeat it"
    folded = page.locator("details.more table")
    assert all(folded.nth(i).is_visible() for i in range(folded.count()))
    assert folded.count() > 0 or name == "annex.html"
    page.context.close()


def test_dark_and_light_follow_the_reader(browser: Browser, folder: Path) -> None:
    seen = []
    schemes: tuple[Scheme, Scheme] = ("light", "dark")
    for scheme in schemes:
        page = opened(browser, folder, scheme=scheme)
        seen.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.context.close()
    assert seen == ["rgb(255, 255, 255)", "rgb(20, 24, 29)"]


@pytest.mark.skipif(not AXE.exists(), reason="run `npm ci --prefix tests/brief` first")
@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("index.html", 1280, "light"),
        ("index.html", 1280, "dark"),
        ("index.html", 360, "light"),
        ("annex.html", 360, "dark"),
    ],
)
def test_no_serious_accessibility_fault(browser: Browser, folder: Path, name: str, width: int, scheme: Scheme) -> None:
    page = opened(browser, folder, name, width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    bad = [
        (fault["id"], fault["impact"], fault["nodes"][0]["html"][:200], fault["nodes"][0]["failureSummary"])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
    assert bad == []
    page.context.close()
