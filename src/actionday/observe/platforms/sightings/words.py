"""What people write for a state, and the archive's word for it. "Not visible" is not "removed": a miss stays `unknown`."""

from actionday.records.state import State

_WORDS = {
    State.PRESENT: "up online alive live active available exists visible ok reachable 200",
    State.RESTRICTED: "limited geoblocked geo_blocked age_restricted withheld quarantined",
    State.SUSPENDED_REVERSIBLE: "suspended locked",
    State.REMOVED_BY_PLATFORM: "banned terminated removed_by_host violated_terms terms_of_service",
    State.CLOSED_BY_OWNER: "self_deleted deleted_by_owner deleted_by_user left",
    State.CLOSED_UNKNOWN_ACTOR: "deleted closed deactivated removed",
    State.MOVED: "migrated redirected",
    State.RENAMED: "handle_changed",
    State.PRIVATE_OR_PROBER_BLOCKED: "private forbidden blocked login_required protected 401 403",
    State.UNREACHABLE: "timeout timed_out offline dns_error connection_error server_error 500 502 503 504",
    State.UNKNOWN: "down dead gone missing absent not_found notfound not_visible inactive error unclear 404 410",
}
WORDS = {word: str(state) for state, words in _WORDS.items() for word in [str(state), *words.split()]}
"""Word in lower case, blanks and dashes as ``_``, to state. ``removed`` without saying by whom: an unknown actor's act."""
