"""What every answer carries, and what no request gets past: a strict content policy, one origin, bounded bodies.

Not for: who somebody is (`sessions`).
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
MOST_BYTES = 1 << 20
"""Of a request's body; pages that take files say so themselves."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses what comes from another page or to another name, or is too large; adds the headers to every answer."""

    def __init__(self, app: ASGIApp, names: Iterable[str], *, secure: bool) -> None:
        self._app, self._names, self._secure = app, frozenset(names), secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope["method"], headers)
        app = self._app if answer is None else answer

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await app(scope, _bounded(receive), adding)

    def _refusal(self, method: str, headers: Headers) -> ASGIApp | None:
        host = headers.get("host", "")
        if urlsplit(f"//{host}").hostname not in self._names:
            return PlainTextResponse("this name is not served here", 421)
        if method in _SAFE:
            return None
        if int(headers.get("content-length") or 0) > MOST_BYTES:
            return PlainTextResponse("too large", 413)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in (None, "same-origin", "none") or (origin is not None and urlsplit(origin).netloc != host):
            return PlainTextResponse("this came from another page", 403)
        return None

    def _add(self, headers: MutableHeaders, path: str) -> None:
        for name, value in _ALWAYS.items():
            headers[name] = value
        if self._secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        headers["Cache-Control"] = "private, max-age=3600" if path.startswith("/static/") else "no-store"


def _bounded(receive: Receive) -> Receive:
    """A body that lies about its length, or says none, ends where it gets too large."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BYTES:
            return {"type": "http.disconnect"}
        return message

    return counted
