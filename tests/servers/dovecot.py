"""Dovecot from Debian on loopback, one user with one mailbox, and mail put into it by IMAP itself."""

import imaplib
import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.servers.running import free_ports, listens, need, running

USER, PASSWORD = "contact", "pw-contact"
_CONFIG = """
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {login}
default_internal_group = {group}
mail_location = maildir:{folder}/mail
mail_uid = {mail}
mail_gid = {mail_group}
first_valid_uid = 1
mail_fsync = never
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail} gid={mail_group} home={folder}/home
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server with one mailbox."""

    port: int

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """A connection of the user's own, as a mail programme has."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            client.login(USER, PASSWORD)
            yield client
        finally:
            client.logout()

    def deliver(self, raw: bytes, at: datetime, folder: str = "INBOX") -> None:
        """Put a message into a folder with the server's time of receipt."""
        with self.client() as client:
            client.create(folder)
            stamp = imaplib.Time2Internaldate(at)
            kind, told = client.append(folder, "", stamp, raw)
            assert kind == "OK", told


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Start it in a folder of its own, which its users may enter: pytest's own folders are their owner's alone."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder, _started(Path(folder)) as server:
        yield server


@contextmanager
def _started(folder: Path) -> Iterator[Dovecot]:
    sbin = Path("/usr/sbin/dovecot")  # not on everybody's path
    program = str(sbin) if sbin.exists() else need("dovecot", "apt-get install dovecot-imapd")
    (port,) = free_ports(1)
    root = os.geteuid() == 0
    own = pwd.getpwuid(os.geteuid()).pw_name
    mail = "mail" if root else own
    login = "dovenull" if root else own
    folder.chmod(0o755)
    for name in ("mail", "home", "run"):
        (folder / name).mkdir()
        if root and name != "run":
            os.chown(folder / name, pwd.getpwnam(mail).pw_uid, pwd.getpwnam(mail).pw_gid)
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            port=port,
            password=PASSWORD,
            login=login,
            group=_group(login),
            mail=mail,
            mail_group=_group(mail),
        )
    )
    with running([program, "-F", "-c", str(config)], folder, lambda: listens(port)):
        yield Dovecot(port)


def _group(user: str) -> str:
    import grp

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
