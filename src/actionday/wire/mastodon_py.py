"""Mastodon.py on the product's own wire: its requests take their turns, its rests and its limits like everybody else's.

Mastodon.py (extra ``fediverse``) speaks through `requests`; the adapter here hands each request to `Http` and the answer back. It
runs in a thread of its own beside the loop. Only GET passes. Not for: which calls are made (live readers).
"""

import asyncio
from collections.abc import Callable
from typing import Any

from actionday.records import ActiondayError, Secret, UsageError
from actionday.wire.http import Answer, Http

_WAIT = 3_600.0


class Reading:
    """A Mastodon.py client for one server (`api`). Make it where the loop runs, use it in a thread beside.

    `heard` gets every answer as it came. Raises UsageError where the extra is not installed.
    """

    def __init__(self, http: Http, base: str, token: Secret | None, heard: Callable[[Answer], None]) -> None:
        try:
            import mastodon
            import requests
        except ImportError as error:
            raise UsageError('reading Mastodon live needs Mastodon.py: pip install "actionday[fediverse]"') from error
        self._http, self._heard, self._loop = http, heard, asyncio.get_running_loop()
        self._stopped: ActiondayError | None = None
        session = requests.Session()
        session.trust_env = False
        session.adapters.clear()
        for scheme in ("https://", "http://"):
            session.mount(scheme, _adapter(self._send))
        self.api = mastodon.Mastodon(
            api_base_url=base,
            access_token=token.reveal() if token is not None else None,
            session=session,
            ratelimit_method="throw",
            version_check_mode="none",
        )

    def raise_if_stopped(self) -> None:
        """What the wire said where Mastodon.py only says that the network failed (HostResting)."""
        if self._stopped is not None:
            raise self._stopped

    def _send(self, request: Any) -> Answer:  # noqa: ANN401 - requests' own type
        keep = {"Authorization": request.headers["Authorization"]} if "Authorization" in request.headers else {}
        asked = self._http.ask("GET", request.url, headers={"Accept": "application/json", **keep})
        try:
            answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result(_WAIT)
        except ActiondayError as error:
            self._stopped = error
            raise
        self._heard(answer)
        return answer


def _adapter(send: Callable[[Any], Answer]) -> Any:  # noqa: ANN401 - requests' own type
    import requests
    from requests.adapters import BaseAdapter

    class Wire(BaseAdapter):
        """Hands requests over."""

        def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401
            """One request, on the loop's side."""
            if request.method != "GET":
                raise requests.exceptions.InvalidSchema("only reading is allowed")
            answer = send(request)
            if not answer.status:
                raise requests.exceptions.ConnectionError(f"{answer.failure}: {answer.detail}")
            response = requests.Response()
            response.status_code, response.url, response.request = answer.status, answer.url, request
            response.headers.update(answer.headers)
            response.encoding = "utf-8"
            response._content = answer.body
            return response

        def close(self) -> None:
            """Nothing to close."""

    return Wire()
