"""An SMTP server on loopback (aiosmtpd) that keeps what it is given, or refuses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from tests.servers.running import free_ports


@dataclass(slots=True)
class Kept:
    """A running server, what it was given, and whether it refuses."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:
        """Take a message, or refuse it."""
        if self.refuses:
            return "451 not now"
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 taken"


@contextmanager
def smtp() -> Iterator[Kept]:
    """Run it until the block ends."""
    (port,) = free_ports(1)
    kept = Kept(port)
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()
