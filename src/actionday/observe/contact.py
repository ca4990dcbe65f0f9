"""Whether a subject's own host may be spoken to: one rule for every platform, for looks and for live reading.

A person's recorded decision counts first. Without one, sites are not spoken to, since many are run by those who are looked at, and neither
are hosts that a person named as run by an adversary (`adversary_hosts` in the settings or in `day.toml`). Whoever is not spoken to is looked
at quietly (`quiet`). Platforms that are one company's have no host of the subject's own. Not for: recording decisions (the playbook).
"""

from collections.abc import Callable, Sequence

from actionday.observe.outside import Target

UNLESS_DECIDED = frozenset({"website"})
"""Platforms whose hosts are left alone by default. Their probers ask DNS and RDAP only, until the target's option `contact` is true."""


def may_contact(target: Target, adversaries: Sequence[str]) -> bool:
    """The rule. `adversaries` are host names; what is below one of them belongs to it."""
    decided = target.options.get("contact")
    if isinstance(decided, bool):
        return decided
    return target.platform not in UNLESS_DECIDED and not is_adversary(target, adversaries)


def is_adversary(target: Target, adversaries: Sequence[str]) -> bool:
    """Whether any host of the subject's own is among them."""
    return any(_below(host, named.casefold().strip(".")) for host in hosts_of(target) for named in adversaries)


def hosts_of(target: Target) -> list[str]:
    """Hosts that a look at the subject would reach, without ports, the subject's own first; none where the platform is one company's.

    Where another server is asked about it (option `server`), that one alone.
    """
    find = _HOSTS.get(target.platform)
    if find is None:
        return []
    server = target.options.get("server")
    said = [server] if isinstance(server, str) and server else [find(target.native), find(target.handle or "")]
    bare = [host.casefold().rstrip(".").removeprefix("[").partition("]")[0] for host in map(_without_port, said)]
    return list(dict.fromkeys(host for host in bare if host))


def _below(host: str, named: str) -> bool:
    return bool(named) and (host == named or host.endswith(f".{named}"))


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _of_matrix(text: str) -> str:
    """``!room:host``, ``@user:host``, ``#alias:host``; rooms of version 12 carry no host."""
    return text.partition(":")[2]


def _of_address(text: str) -> str:
    """``name@host``, ``name@host/resource``, ``host/path``; a bare name has none."""
    return text.rpartition("@")[2].partition("/")[0] if "@" in text.lstrip("@") or "/" in text else ""


def _of_xmpp(text: str) -> str:
    return text.partition("/")[0].rpartition("@")[2]


def _of_path(text: str) -> str:
    return text.partition("/")[0] if "/" in text else ""


_HOSTS: dict[str, Callable[[str], str]] = {
    "matrix": _of_matrix,
    "xmpp": _of_xmpp,
    "rocketchat": _of_path,
    "website": lambda text: text.partition("/")[0],
    **dict.fromkeys(("mastodon", "friendica", "gnusocial", "diaspora", "lemmy", "kbin"), _of_address),
}
