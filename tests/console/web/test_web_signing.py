"""Coming in: the first link, invitations, passphrases, second factors, sessions, and what nobody is told."""

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from httpx import Client
from lxml import html
from tests.console.web.conftest import PASSPHRASE, Console, send, served, sign_in
from tests.records.judging import START

from actionday import playbook
from actionday.console.web.sessions import IDLE, LONGEST, PAUSE, TRIES
from actionday.records import FixedClock, Role, Secret, UsageError
from actionday.settings import Settings


def test_the_first_link_is_good_once_and_its_person_signs_from_then_on(console: Console) -> None:
    token = console.house.first.token
    assert console.browser().get("/first?token=another").status_code == 422
    browser = console.first()
    assert browser.get("/").status_code == 200
    assert console.browser().get(f"/first?token={token}").status_code == 422
    form = {"token": token, "name": "Eve", "login": "eve", "passphrase": PASSPHRASE}
    assert console.browser().post("/first", data=form).status_code == 422
    report = playbook.verify_casebook(console.house.settings, None, None, console.clock)
    assert (report["people"], report["first_bad"], report["signed"]) == (1, None, 1)


def test_who_joins_waits_until_an_administrator_confirms_the_key(console: Console) -> None:
    admin, browser = console.first(), console.browser()
    token = playbook.invite(_acting(console, admin), "Rea", [Role.REVIEWER], console.clock)
    assert "Rea" in browser.get(f"/join?token={token}").text
    form = {"token": token, "login": "rea", "passphrase": PASSPHRASE}
    told = browser.post("/join", data=form)
    key = html.fromstring(told.text).findtext(".//code")
    assert key is not None
    assert key in admin.get("/people").text
    assert sign_in(browser, "rea").status_code == 401
    assert browser.post("/join", data=form).status_code == 422, "an invitation is good once"
    send(admin, "/people/confirm", login="rea")
    assert sign_in(browser, "rea").status_code == 303
    assert "Rea" in browser.get("/").text


def test_an_invitation_ends(console: Console) -> None:
    admin = console.first()
    token = playbook.invite(_acting(console, admin), "Rea", [Role.REVIEWER], console.clock)
    console.clock.move_to(START + timedelta(hours=72))
    assert console.browser().get(f"/join?token={token}").status_code == 422


def test_what_is_wrong_is_never_said(console: Console) -> None:
    console.first()
    told = {
        sign_in(console.browser(), login, passphrase).text
        for login, passphrase in (("ada", "wrong words, all four"), ("nobody", PASSPHRASE), ("../ada", PASSPHRASE))
    }
    assert len(told) == 1


def test_after_some_failures_a_name_rests_and_then_is_tried_again(console: Console) -> None:
    console.first()
    browser = console.browser()
    assert [sign_in(browser, "ada", "wrong words, all four").status_code for _ in range(TRIES)] == [401] * TRIES
    assert sign_in(browser, "ada").status_code == 429
    console.clock.move_to(START + PAUSE)
    assert sign_in(browser, "ada").status_code == 303


def test_a_session_ends_when_idle_when_old_when_signed_out_and_everywhere(console: Console) -> None:
    browser = console.first()
    other = console.browser()
    sign_in(other, "ada")
    send(other, "/sign-out")
    assert other.get("/people").headers["location"] == "/sign-in"
    console.clock.move_to(START + IDLE + timedelta(seconds=1))
    assert browser.get("/people").status_code == 303
    sign_in(browser, "ada")
    sign_in(other, "ada")
    send(other, "/sign-out-everywhere")
    assert browser.get("/people").status_code == 303
    sign_in(browser, "ada")
    begun = console.clock.now()
    while console.clock.now() - begun <= LONGEST:
        assert browser.get("/people").status_code == 200
        console.clock.move_to(console.clock.now() + IDLE)
    assert browser.get("/people").status_code == 303


def test_a_token_from_before_signing_in_is_nobodys(console: Console) -> None:
    console.first()
    browser = console.browser()
    browser.cookies.set("actionday", "planted", domain="127.0.0.1")
    sign_in(browser, "ada")
    planted = console.browser()
    planted.cookies.set("actionday", "planted", domain="127.0.0.1")
    assert planted.get("/people").status_code == 303


def test_a_second_factor_is_asked_for_once_it_was_shown_to_work(console: Console) -> None:
    browser = console.first()
    page = html.fromstring(browser.get("/account").text)
    secret = str(page.xpath("//input[@name='secret']/@value")[0])
    code = TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(console.clock.now().timestamp())).decode()
    wrong = {"secret": secret, "passphrase": PASSPHRASE, "code": "000000" if code != "000000" else "111111"}
    assert send(browser, "/account/second-factor", **wrong).status_code == 422
    assert sign_in(console.browser(), "ada").status_code == 303, "a mistake shuts nobody out"
    assert send(browser, "/account/second-factor", **{**wrong, "code": code}).status_code == 303
    assert sign_in(console.browser(), "ada").status_code == 401
    assert sign_in(console.browser(), "ada", code=code).status_code == 303
    assert secret not in "".join(path.read_text() for path in (console.house.settings.home / "keys").rglob("*.json"))


def test_roles_that_were_taken_away_are_gone_at_the_next_page(console: Console) -> None:
    admin = console.first()
    reviewer = console.joined(admin, "rea", Role.REVIEWER)
    assert reviewer.get("/ledger").status_code == 200
    person = next(
        one["person"] for one in playbook.people(console.house.settings, console.clock) if one["name"] == "rea"
    )
    send(admin, "/people/change", person=person, roles=["collector"], why="moved")
    assert reviewer.get("/ledger").status_code == 403
    send(admin, "/people/change", person=person, why="left")
    assert reviewer.get("/").headers["location"] == "/sign-in"


def test_a_restart_signs_everybody_out_and_keys_still_open(tmp_path: Path) -> None:
    with served(tmp_path / "case.d", FixedClock(START)) as console:
        cookies = console.first().cookies
    with served(tmp_path / "case.d", FixedClock(START)) as again:
        after = again.browser()
        after.cookies = cookies
        assert after.get("/people").status_code == 303
        assert sign_in(after, "ada").status_code == 303


def test_a_name_that_is_taken_or_no_name_and_a_short_passphrase_are_refused(console: Console) -> None:
    admin = console.first()
    settings = _acting(console, admin)
    for login, passphrase, says in (
        ("ada", PASSPHRASE, "taken"),
        ("../../etc", PASSPHRASE, "small letters"),
        ("rea", "short", "12 characters"),
    ):
        token = playbook.invite(settings, "Rea", [Role.REVIEWER], console.clock)
        with pytest.raises(UsageError, match=says):
            playbook.join(settings, token, login, Secret(passphrase), console.clock)


def _acting(console: Console, browser: Client) -> Settings:
    session = console.house.sessions.of(browser.cookies.get(console.house.cookie))
    assert session is not None
    return replace(console.house.settings, acting=session.actor)
