"""How one speaks to the outside: thin clients, one per protocol, all on one budget of turns per host.

Every client asks for its turn from `Budget`, which holds per-host limits, `Retry-After` and flood waits for readers, probes and
routes alike. Not for: what an answer means (probers) or what is kept of it (archive).
"""

from actionday.wire.budget import Budget, HostResting, Limits
from actionday.wire.http import Answer, Http, HttpPolicy

__all__ = ["Answer", "Budget", "HostResting", "Http", "HttpPolicy", "Limits"]
