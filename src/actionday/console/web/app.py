"""The console's application: pages put together, errors turned into statuses. Not for: any rule, which actions have."""

from collections.abc import Iterable
from importlib.resources import as_file, files

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from actionday.console.web.headers import Guard
from actionday.console.web.pages import adding, cases, holds, judging, ledger, people, signing, start
from actionday.console.web.render import page, to
from actionday.console.web.sessions import Session
from actionday.console.web.visitor import House, SignInFirst
from actionday.records import (
    ActiondayError,
    Clock,
    HomeError,
    HomeLocked,
    InputError,
    PermissionRefused,
    UsageError,
)
from actionday.settings import Settings

STATUSES: tuple[tuple[type[ActiondayError], int], ...] = (
    (HomeLocked, 503),
    (HomeError, 500),
    (InputError, 422),
    (PermissionRefused, 403),
    (UsageError, 422),
    (ActiondayError, 500),
)
"""Status by error class, most special first."""


def create_app(settings: Settings, clock: Clock, names: Iterable[str], *, secure: bool) -> FastAPI:
    """The application over one home. `names` are the host names it answers to; `secure` says that browsers come by TLS."""
    app = FastAPI(title="actionday", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = House(settings, clock, secure=secure)
    with as_file(files("actionday.console.web") / "static") as static:
        app.mount("/static", StaticFiles(directory=static), "static")
    for part in (signing, start, adding, cases, holds, people, ledger, judging):
        app.include_router(part.router)
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(ActiondayError, _refused)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_middleware(Guard, names=list(names), secure=secure)
    return app


def status_of(error: ActiondayError) -> int:
    """The status of an error."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


async def _sign_in(request: Request, _error: Exception) -> Response:
    return (
        to("/sign-in")
        if request.method == "GET"
        else page(request, "refused.html", None, 401, reason="sign in first", what="")
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ActiondayError)
    reason = "you may not do this: %(what)s" if isinstance(error, PermissionRefused) else str(error)
    what = error.permission if isinstance(error, PermissionRefused) else ""
    return page(request, "refused.html", _session(request), status_of(error), reason=reason, what=what)


async def _unread(request: Request, _error: Exception) -> Response:
    return page(
        request, "refused.html", _session(request), 422, reason="the form is not filled in as it has to be", what=""
    )


async def _no_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return page(request, "refused.html", _session(request), status, reason="there is no such page", what="")


def _session(request: Request) -> Session | None:
    house: House = request.app.state.house
    return house.sessions.of(request.cookies.get(house.cookie))
