"""What the HTTP status of a site's front page tells of the site. One table for archives and for probes.

"Not visible" is not "removed": a page not found says nothing of who did it. 451 is a legal block as seen from one place,
hence restricted; only a lasting redirect to another host, which the site itself answers, is a move.
"""

from actionday.records import State

OK, NOT_FOUND, GONE, LEGAL = "website.http.ok", "website.http.404", "website.http.410", "website.http.451"
BARRED, FAILING, MOVED = "website.http.barred", "website.http.failing", "website.http.moved"
_LASTING = (301, 308)
_TOLD = {404: (State.UNKNOWN, NOT_FOUND), 410: (State.UNKNOWN, GONE), 451: (State.RESTRICTED, LEGAL)}


def told_by(status: int, elsewhere: bool) -> tuple[State, str] | None:
    """State and rule for the status of a front page; `elsewhere`: it redirects to another host. None: it tells nothing."""
    if status in _TOLD:
        return _TOLD[status]
    if 200 <= status < 300:
        return State.PRESENT, OK
    if status in _LASTING and elsewhere:
        return State.MOVED, MOVED
    if status in (401, 403, 407, 429):
        return State.PRIVATE_OR_PROBER_BLOCKED, BARRED
    if 500 <= status < 600:
        return State.UNREACHABLE, FAILING
    return None
