"""What is refused, on every route: strangers, forms that are not ours, other sites, other names, too much; and what every answer carries."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Client, Response
from lxml import html
from tests.brief.hostile import CORPUS
from tests.console.web.conftest import PASSPHRASE, Console, csrf_of, send, served
from tests.records.judging import START

from actionday.console.web import render
from actionday.console.web.headers import MOST_BYTES, POLICY
from actionday.console.web.render import environment
from actionday.records import FixedClock, Permission, Role, granted

OPEN = {"/first", "/join", "/sign-in", "/language"}
"""Pages for who is not signed in."""
ADD_AND_READ = frozenset({Permission.ADD, Permission.READ})
NEEDS: dict[tuple[str, str], Permission | frozenset[Permission] | None] = {
    ("GET", "/"): None,
    ("GET", "/account"): None,
    ("POST", "/account/second-factor"): None,
    ("POST", "/sign-out"): None,
    ("POST", "/sign-out-everywhere"): None,
    ("GET", "/people"): None,
    ("POST", "/people/invite"): Permission.ENROL,
    ("POST", "/people/confirm"): Permission.ENROL,
    ("POST", "/people/change"): Permission.ENROL,
    ("GET", "/ledger"): Permission.READ,
    ("POST", "/ledger/verify"): None,
    ("GET", "/queue"): Permission.READ,
    ("POST", "/queue/next"): Permission.ASSESS,
    ("GET", "/cases/{case}"): Permission.READ,
    ("POST", "/cases/{case}/open"): Permission.READ,
    ("GET", "/read"): None,
    ("POST", "/read"): Permission.ASSESS,
    ("POST", "/cases/{case}/undo"): Permission.ASSESS,
    ("POST", "/cases/{case}/release"): Permission.ASSESS,
    ("POST", "/cases/{case}/escalate"): Permission.ASSESS,
    ("POST", "/cases/{case}/close"): Permission.ASSESS,
    ("POST", "/cases/{case}/contest"): ADD_AND_READ,
    ("POST", "/cases/{case}/decide"): Permission.ASSESS,
    ("POST", "/cases/{case}/threat"): Permission.ADD,
    ("POST", "/cases/{case}/threat-receipt"): Permission.ADD,
    ("POST", "/cases/{case}/seal"): Permission.ADD,
    ("GET", "/add"): None,
    ("POST", "/add"): Permission.ADD,
    ("GET", "/holds"): Permission.READ,
    ("POST", "/holds"): Permission.HOLD,
    ("POST", "/holds/lift"): Permission.HOLD,
    ("GET", "/judge"): Permission.JUDGE,
    ("POST", "/judge"): Permission.JUDGE,
    ("POST", "/judge/draw"): Permission.JUDGE,
}
NO_CASE = "c-" + "0" * 32
FORMS: dict[str, dict[str, object]] = {
    "/people/invite": {"name": "Somebody", "roles": ["reviewer"]},
    "/people/confirm": {"login": "nobody"},
    "/people/change": {"person": "a-nobody", "roles": ["reviewer"]},
    "/read": {"opinion": "unsure", "why": "because", "true_purpose": "unknown"},
    **{f"/cases/{{case}}/{one}": {"why": "because"} for one in ("release", "escalate", "close", "threat", "seal")},
    "/cases/{case}/contest": {"reference": "r-1", "why": "because"},
    "/cases/{case}/decide": {"decision": "upheld", "why": "because"},
    "/cases/{case}/threat-receipt": {"number": "m-1", "receipt": "taken"},
    "/add": {"text": "telegram:channel:1"},
    "/holds": {"target": "telegram:channel:9", "authority": "an office", "until": "2027-01-01T00:00", "why": "because"},
    "/holds/lift": {"hold": "h-none", "why": "because"},
    "/judge": {"draw": "q-none", "a": "telegram:channel:1", "b": "telegram:channel:2", "judged": "negative"},
    "/judge/draw": {"size": "5"},
    "/account/second-factor": {"secret": "AAAA", "passphrase": "x", "code": "1"},
}


def routes(app: FastAPI) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}


def asked(browser: Client, method: str, path: str, csrf: str | None = None, case: str = NO_CASE) -> Response:
    place = path.replace("{case}", case)
    if method == "GET":
        return browser.get(place)
    named = {"case": case} if path == "/read" else {}
    return browser.post(place, data={**named, **FORMS.get(path, {}), **({} if csrf is None else {"csrf": csrf})})


def test_every_route_is_in_the_table(console: Console) -> None:
    assert {(method, path) for method, path in routes(console.app) if path not in OPEN} == set(NEEDS)


def test_every_route_as_nobody(console: Console) -> None:
    for method, path in NEEDS:
        answer = asked(console.browser(), method, path, "x")
        if method == "GET":
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
        else:
            assert answer.status_code == 401, path


def test_every_route_as_every_role(staffed: dict[str, Client]) -> None:
    people = staffed
    for number, (role, browser) in enumerate(people.items()):
        added = send(people["collector"], "/add", text=f"telegram:channel:{number + 100}", step="open")
        case = re.findall(r"c-[0-9a-f]{32}", added.text)[0]
        for (method, path), permission in NEEDS.items():
            if path.startswith("/sign-out"):
                continue
            answer = asked(browser, method, path, csrf_of(browser), case)
            needed = {permission} if isinstance(permission, Permission) else permission or set()
            may = needed <= granted([Role(role)])
            assert (answer.status_code == 403) == (not may), (role, method, path, answer.status_code)


def test_what_is_sealed_while_somebody_has_it_open_is_shown_no_more(staffed: dict[str, Client]) -> None:
    reader, collector = staffed["reviewer"], staffed["collector"]
    case = re.findall(r"c-[0-9a-f]{32}", send(collector, "/add", text="telegram:channel:7", step="open").text)[0]
    assert send(reader, f"/cases/{case}/open").headers["location"] == "/read"
    assert reader.get("/read").status_code == 200
    send(collector, f"/cases/{case}/seal", why="it must be seen by nobody")
    assert reader.get("/read").headers["location"] == f"/cases/{case}"
    assert reader.get("/read").headers["location"] == "/queue"


def test_every_form_without_its_token_or_with_anothers_is_refused(
    staffed: dict[str, Client],
) -> None:
    people = staffed
    admin, other = people["administrator"], csrf_of(people["reviewer"])
    for method, path in NEEDS:
        if method == "POST":
            for token in (None, "", other):
                assert asked(admin, method, path, token).status_code == 403, path


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_forms_from_other_pages_are_refused_even_for_who_is_not_signed_in(
    console: Console, headers: dict[str, str]
) -> None:
    console.first()
    for path in ("/sign-in", "/first", "/join", "/language"):
        assert console.browser().post(path, data={}, headers=headers).status_code == 403


def test_another_name_and_too_much_are_refused(console: Console) -> None:
    browser = console.browser()
    assert browser.get("/sign-in", headers={"host": "evil.example"}).status_code == 421
    assert browser.post("/sign-in", content=b"x" * (MOST_BYTES + 1)).status_code == 413


def test_every_answer_carries_the_policy_and_is_kept_nowhere(console: Console) -> None:
    browser = console.first()
    for path in ("/", "/people", "/sign-in", "/nothing", "/static/console.css"):
        headers = browser.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("private, max-age=3600" if path.startswith("/static") else "no-store")
        assert "strict-transport-security" not in headers
    assert "unsafe" not in POLICY


def test_cookies_are_for_us_alone(tmp_path: Path) -> None:
    with served(tmp_path / "case.d", FixedClock(START), secure=True) as console:
        form = {"token": console.house.first.token, "name": "Ada", "login": "ada", "passphrase": PASSPHRASE}
        answer = console.browser().post("/first", data=form)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-actionday=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "max-age" in answer.headers["strict-transport-security"]


def test_no_page_has_script_or_style_of_its_own_or_asks_elsewhere() -> None:
    folder = Path(render.__file__).parent / "templates"
    for path in sorted(folder.glob("*.html")):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|style=|\son\w+=|https?://|javascript:", text), path.name
        assert re.findall(r"<script[^>]*>", text) in ([], ['<script src="/static/keys.js" defer>']), path.name


def test_whatever_an_account_calls_itself_the_page_has_the_same_elements() -> None:
    def elements(text: str) -> list[tuple[str, tuple[str, ...]]]:
        face = {"subject": text, "handles": [text], "names": [text, text], "bio": text, "language": text}
        pair = {"draw": text, "a": {**face, "ended_at": None}, "b": face, "evidence": {"texts": text}}
        page = environment().get_template("judge.html").render(
            _=str, gettext=str, ngettext=lambda one, many, n: many, language="en", languages=("en",), direction="ltr",
            session=SESSION, path="/judge", shown=None, permissions=(), pair=pair, left=1, note=text, relations=(),
        )  # fmt: skip
        return [
            (one.tag, tuple(sorted(one.attrib))) for one in html.fromstring(page).iter() if isinstance(one.tag, str)
        ]

    harmless = elements("harmless")
    for text in filter(None, CORPUS):
        assert elements(text) == harmless, text


class _Somebody:
    """A session as templates see it."""

    csrf, login = "token", "ada"

    class actor:
        name = "Ada"


SESSION = _Somebody()


def test_redirects_lead_to_our_own_pages_only(console: Console) -> None:
    browser = console.first()
    for path in ("//evil.example", "/sign-in?next=https://evil.example", "/\\evil.example"):
        answer = browser.get(path)
        assert not answer.headers.get("location", "").startswith(("http", "//")), path
