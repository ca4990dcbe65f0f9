"""In a real browser: two people from the first link to a judged pair, by keys alone; no accessibility fault on any page; fits a phone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.console.test_main_job import actionday
from tests.console.web.conftest import PASSPHRASE, Console, served

from actionday.records import SystemClock
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "brief" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM.exists() and AXE.exists()), reason="needs Chromium, and `npm ci --prefix tests/brief`"
    ),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which nobody works yet; each test takes a copy."""
    folder = tmp_path_factory.mktemp("console")
    actionday("scenario", folder / "exports", "--size", "4000", "--seed", "7")
    actionday("observe", "import", folder / "exports", "--home", folder / "case.d")
    actionday("link", "run", "--home", folder / "case.d")
    return folder / "case.d"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def watched(context: BrowserContext, said: list[str]) -> Page:
    context.set_default_timeout(180_000)  # a machine may be slow; nothing here is about time
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def faults(page: Page) -> list[str]:
    """What axe-core finds, of any weight, by WCAG 2.2 AA."""
    page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


def credentials(page: Page, login: str) -> None:
    page.fill("#login", login)
    page.fill("#passphrase", PASSPHRASE)
    page.click("button.main")


def brought_in(console: Console, ada: Page, rea: Page, login: str = "rea") -> None:
    """The first link makes an administrator, who invites a reviewer and confirms her key."""
    if console.house.first.token is not None:
        ada.goto(f"{console.base}/first?token={console.house.first.token}")
        ada.fill("#name", "Ada")
        credentials(ada, "ada")
    ada.click("nav >> text=People")
    ada.fill("#name", login)
    ada.check("form[action='/people/invite'] input[value=reviewer]")
    ada.click("form[action='/people/invite'] button")
    rea.goto(ada.locator(".notice code").inner_text())
    credentials(rea, login)
    key = rea.locator("main code").inner_text()
    ada.goto(f"{console.base}/people")
    assert key in ada.locator("table").first.inner_text()
    ada.click("form[action='/people/confirm'] button")
    rea.click("main a")
    credentials(rea, login)


def test_two_people_from_the_first_link_to_a_judged_pair(browser: Browser, home: Path) -> None:
    said: list[str] = []
    shutil.copytree(home, home.parent / "judged.d")
    with served(home.parent / "judged.d", SystemClock()) as console:
        ada, rea = (watched(browser.new_context(), said) for _ in range(2))
        brought_in(console, ada, rea)
        rea.click("nav >> text=Judge returns")
        rea.fill("#size", "4")
        rea.click("button.main")
        assert "4 pairs wait" in rea.inner_text("main")
        assert "model" not in rea.inner_text("main").lower(), "no score before the answer"
        press(rea, "?")
        assert "Belong together" in rea.locator("dialog").inner_text()
        press(rea, "Escape")
        press(rea, "w")
        rea.keyboard.type("nothing in common")
        press(rea, "Escape")
        press(rea, "n")
        rea.wait_for_selector("[role=status]")
        assert "The model had said" in rea.inner_text("[role=status]")
        assert "3 pairs wait" in rea.inner_text("main")
        rea.click("nav >> text=Ledger")
        rea.click("text=Walk along the chain")
        assert "whole" in rea.inner_text("[role=status]")
        assert "judgement" in rea.inner_text("tbody tr:first-child")
        looked_over(browser, console, rea.context, ada.context)
        rea.click("text=Sign out")
        assert rea.url.endswith("/sign-in")
        for context in browser.contexts:
            context.close()
    assert said == []


def press(page: Page, key: str) -> None:
    """A key on a page whose script has been read."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


READING = {"true_purpose": "it asks people to join", "why": "the passage asks to join"}


def reads(page: Page, quote: str) -> None:
    page.fill("#true_purpose", READING["true_purpose"])
    page.check("input[name=opinion][value=ground_holds]")
    page.select_option("#ground", index=1)
    page.fill("#quote", quote)
    page.fill("#why", READING["why"])
    press(page, "Escape")
    press(page, "s")


def test_a_lead_becomes_a_finding_by_two_readers_who_are_blind_to_each_other(browser: Browser, home: Path) -> None:
    said: list[str] = []
    shutil.copytree(home, home.parent / "cases.d")
    channels = Archive(open_home(home)).view().table("channels")
    subjects = channels.filter(channels.title.notnull()).select("subject").distinct().order_by("subject").limit(40)
    targets = [row["subject"] for row in subjects.to_pyarrow().to_pylist()]
    with served(home.parent / "cases.d", SystemClock()) as console:
        ada, rea, sam = (watched(browser.new_context(), said) for _ in range(3))
        brought_in(console, ada, rea)
        brought_in(console, ada, sam, "sam")
        rea.click("nav >> text=Add")
        rea.fill("#text", "\n".join([*targets, "hello there", targets[0]]))
        rea.click("text=See how it is read")
        assert "1 duplicate" in rea.inner_text("[role=status]")
        assert "1 nothing" in rea.inner_text("[role=status]")
        still_there = rea.locator("tr", has_text="would open").first.locator("td").nth(1).inner_text()
        rea.fill("#text", still_there)
        rea.click("text=Open the cases")
        assert "1 opened" in rea.inner_text("[role=status]")
        rea.click("nav >> text=Queue")
        press(rea, "t")
        rea.wait_for_selector("form.reading")
        titled = rea.locator(".row div", has=rea.locator("dt", has_text="title"))
        quote = titled.locator("bdi").first.text_content() or ""
        assert faults(bypassing(browser, rea.context, console.base + "/read")) == []
        reads(rea, quote)
        rea.wait_for_selector("[role=status]")
        assert "can take it back" in rea.inner_text("[role=status]")
        assert "not found" not in rea.inner_text("[role=status]")
        case = rea.url
        rea.goto(console.base + "/queue")
        press(rea, "t")
        rea.wait_for_selector("[role=status]")
        assert "Nothing waits" in rea.inner_text("[role=status]"), "nobody is their own second reader"
        sam.goto(case)
        assert "stays hidden" in sam.inner_text("main")
        assert READING["why"] not in sam.inner_text("main")
        sam.click("text=Open the evidence")
        reads(sam, quote)
        sam.wait_for_selector("[role=status]")
        assert "does not stand yet" in sam.inner_text("main")
        assert "rea" in sam.inner_text("main")
        sam.click("summary:has-text('Threat to life')")
        sam.fill("#threat-why", "a date and a place are named")
        sam.click("text=Ring the alarm")
        assert "Call first: 112" in sam.inner_text("[role=alert]")
        sam.fill("#threat-receipt-receipt", "taken by the officer on duty, number 12")
        sam.click("text=Record the receipt")
        assert "number 12" in sam.inner_text(".events")
        assert faults(bypassing(browser, sam.context, case)) == []
        for context in browser.contexts:
            context.close()
    assert said == []


def bypassing(browser: Browser, who: BrowserContext, address: str) -> Page:
    """The page as somebody sees it, with the checker let past its policy, on a phone."""
    page = browser.new_context(
        bypass_csp=True, viewport={"width": 360, "height": 800}, storage_state=who.storage_state()
    ).new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    return page


def looked_over(browser: Browser, console: Console, reviewer: BrowserContext, admin: BrowserContext) -> None:
    """Every page as it is on a desk and on a phone at night, from left to right and from right to left."""
    for who, paths in (
        (reviewer, ("/", "/queue", "/add", "/holds", "/judge", "/ledger", "/account", "/sign-in", "/nothing")),
        (admin, ("/people",)),
    ):
        for width, scheme, language in ((1280, "light", "en"), (360, "dark", "ar"), (320, "light", "de")):
            page = browser.new_context(
                bypass_csp=True,  # the checker is let past the page's own policy
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
                storage_state=who.storage_state(),
                locale=language,
            ).new_page()
            for path in paths:
                page.goto(console.base + path)
                assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
                assert faults(page) == [], (path, width, language)
            page.context.close()
