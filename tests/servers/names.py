"""A DNS server on loopback for tests: zones are given as text, and names can be made to fail or to stay silent."""

import socketserver
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from dnslib import QTYPE, RCODE, RR, DNSRecord


@dataclass(slots=True)
class Names:
    """A running server: ``address:port``, and the names it was asked for, each with its kind."""

    place: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def naming(zones: Mapping[str, str]) -> Iterator[Names]:
    """Serve names until the block ends.

    A value is records in the zone file's form, or ``!SERVFAIL`` (any code), ``!silence``, ``!noise``; other names are NXDOMAIN.
    """
    names = Names()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            answer = _answer(DNSRecord.parse(data), zones, names)
            if answer is not None:
                sock.sendto(answer, self.client_address)

    class Server(socketserver.ThreadingUDPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        names.place = f"127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield names
        finally:
            server.shutdown()
            thread.join()


def _answer(query: Any, zones: Mapping[str, str], names: Names) -> bytes | None:  # noqa: ANN401 - dnslib has no types
    name, kind = str(query.q.qname).rstrip(".").lower(), QTYPE[query.q.qtype]
    names.asked.append((name, kind))
    zone = zones.get(name, "!NXDOMAIN")
    if zone == "!silence":
        return None
    if zone == "!noise":
        return b"\x00\x01noise"
    reply = query.reply()
    if zone.startswith("!"):
        reply.header.rcode = getattr(RCODE, zone[1:])
    else:
        for record in RR.fromZone(zone):
            if QTYPE[record.rtype] in (kind, "CNAME"):
                reply.add_answer(record)
    packed: bytes = reply.pack()
    return packed
