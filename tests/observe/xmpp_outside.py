"""The outside as a look at a test's XMPP server has it: eve's account, no waiting between turns."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from tests.servers.xmpp import HOST, XmppServer, password
from tests.servers.xmpp_people import trusting

from actionday.observe.outside import Outside
from actionday.records import Secret, SystemClock
from actionday.wire import Budget, Http, HttpPolicy, Limits


@asynccontextmanager
async def outside_of(
    server: XmppServer, secret: str = password("eve"), bases: Mapping[str, str] | None = None
) -> AsyncIterator[Outside]:
    """Outside for one test. `secret` is eve's password as configured."""
    told = {"xmpp.jid": f"eve@{HOST}", "xmpp.password": secret}
    clock = SystemClock()
    budget = Budget(clock, limits=Limits(at_once=2, apart=0.0))
    policy = HttpPolicy(private_addresses=True, verify=trusting(server), timeout=10)
    async with Http(budget, clock, policy) as http:
        where = {"xmpp": server.address, **(bases or {})}
        yield Outside(http, clock, "desk", partial(_credential, told), where)


def _credential(told: Mapping[str, str], name: str, _host: str) -> Secret | None:
    return Secret(told[name]) if name in told else None
