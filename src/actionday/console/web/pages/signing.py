"""Coming in and going: the first administrator's link, joining by invitation, signing in and out, the second factor, the language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from actionday import playbook
from actionday.console.web.languages import LANGUAGES
from actionday.console.web.render import COOKIE_LANGUAGE, page, to
from actionday.console.web.visitor import Asking, Changing, House, house_of
from actionday.records import Actor, Secret, UsageError

router = APIRouter()
Text = Annotated[str, Form(max_length=200)]
Token = Annotated[str, Form(max_length=64)]


@router.get("/first")
def first(request: Request, token: str = "") -> Response:
    """The page behind the one-time link."""
    if not house_of(request).first.is_it(token):
        raise UsageError("this link was used, or is another one")
    return page(request, "first.html", None, token=token)


@router.post("/first")
def make_first(request: Request, token: Token, name: Text, login: Text, passphrase: Text) -> Response:
    """Enrol the first person and sign them in."""
    house = house_of(request)
    if not house.first.is_it(token):
        raise UsageError("this link was used, or is another one")
    made = playbook.first_person(house.settings, name, login, Secret(passphrase), house.clock)
    house.first.use()
    return _let_in(house, made.login, made.actor, second_factor=False)


@router.get("/join")
def joining(request: Request, token: str = "") -> Response:
    """The page behind an invitation."""
    house = house_of(request)
    asked = playbook.invitation(house.settings, token, house.clock)
    return page(request, "join.html", None, token=token, invited=asked)


@router.post("/join")
def joined(request: Request, token: Token, login: Text, passphrase: Text) -> Response:
    """Make the key of who was invited; an administrator confirms it."""
    house = house_of(request)
    made = playbook.join(house.settings, token, login, Secret(passphrase), house.clock)
    return page(request, "joined.html", None, made=made)


@router.get("/sign-in")
def asked_to_sign_in(request: Request) -> Response:
    """The form."""
    return page(request, "sign_in.html", None, refused=False)


@router.post("/sign-in")
def sign_in(request: Request, login: Text, passphrase: Text, code: Token = "") -> Response:
    """Come in. What is wrong is never said, nor whether the name is anybody's."""
    house = house_of(request)
    house.sessions.end(request.cookies.get(house.cookie))
    if not house.sessions.may_try(login):
        return page(request, "sign_in.html", None, 429, refused=True)
    try:
        found = playbook.sign_in(house.settings, login, Secret(passphrase), code, house.clock)
    except UsageError:
        house.sessions.failed(login)
        return page(request, "sign_in.html", None, 401, refused=True)
    return _let_in(house, found.login, found.actor, second_factor=found.second_factor)


@router.post("/sign-out")
def sign_out(request: Request, asking: Changing) -> Response:
    """Go."""
    asking.house.sessions.end(request.cookies.get(asking.house.cookie))
    answer = to("/sign-in")
    answer.delete_cookie(asking.house.cookie, path="/", secure=asking.house.secure, httponly=True, samesite="strict")
    return answer


@router.post("/sign-out-everywhere")
def sign_out_everywhere(asking: Changing) -> Response:
    """End all of one's sessions."""
    asking.house.sessions.end_all_of(asking.session.actor)
    return to("/sign-in")


@router.get("/account")
def account(request: Request, asking: Asking) -> Response:
    """One's own account, with a secret for an authenticator."""
    secret, address = playbook.new_second_factor(asking.session.login)
    return page(request, "account.html", asking.session, secret=secret.reveal(), address=address)


@router.post("/account/second-factor")
def second_factor(asking: Changing, secret: Token, passphrase: Text, code: Token) -> Response:
    """Ask for a code from now on."""
    playbook.set_second_factor(
        asking.house.settings, asking.session.login, Secret(passphrase), Secret(secret), code, asking.clock
    )
    asking.session.second_factor = True
    return to("/account")


@router.post("/language")
def choose_language(request: Request, language: Token) -> Response:
    """Read the console in another language from now on."""
    answer = to("/")
    if language in LANGUAGES:
        house = house_of(request)
        answer.set_cookie(COOKIE_LANGUAGE, language, max_age=31_536_000, secure=house.secure, samesite="strict")
    return answer


def _let_in(house: House, login: str, actor: Actor, *, second_factor: bool) -> Response:
    """A new session under a new token, whatever the browser had before."""
    token = house.sessions.begin(login, actor, second_factor=second_factor)
    answer = to("/")
    answer.set_cookie(house.cookie, token, path="/", secure=house.secure, httponly=True, samesite="strict")
    return answer
