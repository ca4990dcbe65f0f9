"""The outside as a look at a test's homeserver has it, every exchange recorded and held against the specification."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.observe.matrix_contract import check_exchange
from tests.servers.synapse import Synapse

from actionday.observe.outside import Outside
from actionday.records import Secret, SystemClock
from actionday.wire import Answer, Budget, Http, HttpPolicy, Limits


@dataclass
class Recorded:
    """What was asked: operations of the specification by id, and the methods of all requests."""

    operations: list[str] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)


class Checked(Http):
    """HTTP that holds every exchange against the specification."""

    recorded: Recorded

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        answer = await super().ask(method, url, headers=headers, body=body, max_bytes=max_bytes)
        self.recorded.methods.add(method)
        if answer.status:
            known = check_exchange(method, url, bool((headers or {}).get("Authorization")), answer.status, answer.body)
            if known is not None:
                self.recorded.operations.append(known)
        return answer


@asynccontextmanager
async def outside_of(
    server: Synapse, *, who: str | None = "bob", admin: bool = False, base: str | None = None
) -> AsyncIterator[tuple[Outside, Recorded]]:
    """Outside for one test: bob's token or none, and the administrator's where asked for."""
    told = {"matrix.token": server.tokens[who]} if who else {}
    told |= {"matrix.admin_token": server.tokens["admin"]} if admin else {}

    def credential(name: str, host: str) -> Secret | None:
        assert host == server.host
        return Secret(told[name]) if name in told else None

    clock = SystemClock()
    budget = Budget(clock, limits=Limits(at_once=2, apart=0.0))
    async with Checked(budget, clock, HttpPolicy(private_addresses=True, timeout=10)) as http:
        http.recorded = Recorded()
        yield Outside(http, clock, "desk", credential, {"matrix": base or server.base}), http.recorded
