"""Mail out, over SMTP submission: one message, taken or refused by the server. Not for: what it says, or whether anybody reads it."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr, localtime, make_msgid

from actionday.records import Secret
from actionday.wire.budget import Budget
from actionday.wire.imap import MailServer, MailUnreachable, Security


class Smtp:
    """A server that takes mail for us; a turn of the budget for each message."""

    def __init__(
        self,
        budget: Budget,
        server: MailServer,
        sender: str,
        password: Secret | None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._budget, self._server, self.sender, self._password = budget, server, sender, password
        self._context = context or ssl.create_default_context()

    async def send(self, to: str, subject: str, text: str) -> str:
        """Hand over a plain message and return its Message-ID. Raises MailUnreachable where the server did not take it."""
        message = letter(self.sender, to, subject, text)
        async with self._budget.turn(self._server.place):
            await asyncio.to_thread(self._send, message)
        return str(message["Message-ID"])

    def _send(self, message: EmailMessage) -> None:
        server = self._server
        try:
            if server.security is Security.TLS:
                client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=20, context=self._context)
            else:
                client = smtplib.SMTP(server.host, server.port, timeout=20)
            with client:
                if server.security is Security.STARTTLS:
                    client.starttls(context=self._context)
                if server.user and self._password is not None:
                    client.login(server.user, self._password.reveal())
                refused = client.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnreachable(f"{server.place}: {error}") from error
        if refused:
            raise MailUnreachable(f"{server.place} refused {', '.join(refused)}")


def letter(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """A plain message; what stands in its headers is one line each, whatever was given."""
    message = EmailMessage()
    message["From"], message["To"] = formataddr(("", _line(sender))), formataddr(("", _line(to)))
    message["Subject"] = _line(subject)
    message["Date"], message["Message-ID"] = localtime(), make_msgid(domain=sender.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _line(text: str) -> str:
    return " ".join(text.split())
