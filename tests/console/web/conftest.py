"""A home, the console over it as a server on this machine, and people who are signed in."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from httpx import Client, Response
from lxml import html
from tests.records.judging import START

from actionday.console.web import create_app
from actionday.console.web.visitor import House
from actionday.playbook import doors
from actionday.records import FixedClock, Role, SystemClock
from actionday.settings import Settings
from actionday.stores.archive.home import HomePolicy, make_home

PASSPHRASE = "four words that nobody says"
NAME = "127.0.0.1"


@dataclass(frozen=True)
class Console:
    """The application, its clock, and browsers at it."""

    app: FastAPI
    house: House
    clock: Any
    base: str
    browsers: list[Client] = field(default_factory=list)

    def browser(self) -> Client:
        """Somebody's browser, which asks from our own pages."""
        made = Client(base_url=self.base, headers={"origin": self.base}, timeout=60)
        self.browsers.append(made)
        return made

    def first(self, login: str = "ada") -> Client:
        """The first person, signed in."""
        browser = self.browser()
        form = {"token": self.house.first.token, "name": "Ada", "login": login, "passphrase": PASSPHRASE}
        assert browser.post("/first", data=form).status_code == 303
        return browser

    def joined(self, admin: Client, login: str, *roles: Role) -> Client:
        """Somebody who was invited, made a key, was confirmed and signed in."""
        browser = self.browser()
        assert send(admin, "/people/invite", name=login, roles=[role.value for role in roles]).status_code == 303
        link = html.fromstring(admin.get("/people").text).findtext(".//div[@role='status']//code")
        assert link is not None
        token = parse_qs(urlsplit(link).query)["token"][0]
        made = browser.post("/join", data={"token": token, "login": login, "passphrase": PASSPHRASE})
        assert made.status_code == 200
        assert send(admin, "/people/confirm", login=login).status_code == 303
        assert sign_in(browser, login).status_code == 303
        return browser


def sign_in(browser: Client, login: str, passphrase: str = PASSPHRASE, code: str = "") -> Response:
    """Sign in by the form."""
    return browser.post("/sign-in", data={"login": login, "passphrase": passphrase, "code": code})


def csrf_of(browser: Client) -> str:
    """What our own forms carry."""
    found = html.fromstring(browser.get("/account").text).xpath("//input[@name='csrf']/@value")
    return str(found[0]) if found else ""


def send(browser: Client, path: str, **fields: object) -> Response:
    """Send one of our forms."""
    return browser.post(path, data={"csrf": csrf_of(browser), **fields})


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes a passphrase slow to guess would make many people slow to sign in."""
    monkeypatch.setattr(doors, "_MEMORY", 1024)


@contextmanager
def served(home: Path, clock: FixedClock | SystemClock, *, secure: bool = False) -> Iterator[Console]:
    """The console over a home, served on a free port."""
    make_home(home, HomePolicy(), clock.now())
    app = create_app(Settings(home, "tests"), clock, [NAME], secure=secure)
    config = uvicorn.Config(app, host=NAME, port=0, log_level="error", lifespan="off")
    server, listening = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    console = Console(app, app.state.house, clock, f"http://{NAME}:{listening.getsockname()[1]}")
    try:
        while not server.started:
            time.sleep(0.01)
        yield console
    finally:
        for one in console.browsers:
            one.close()
        server.should_exit = True
        thread.join()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with served(tmp_path / "case.d", FixedClock(START)) as running:
        yield running


@pytest.fixture
def staffed(console: Console) -> dict[str, Client]:
    """One person of each role, and the administrator who invited them."""
    admin = console.first()
    people: dict[str, Client] = {"administrator": admin}
    for role in Role:
        if role is not Role.ADMINISTRATOR:
            people[role.value] = console.joined(admin, role.value, role)
    return people
