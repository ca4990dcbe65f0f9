"""Prosody and ejabberd from Debian on loopback, with a room service each and a certificate of a test authority.

ejabberd is started as an Erlang program without a node name, not through `ejabberdctl`: that sources Debian's defaults after its own options and
would serve the packaged configuration on every address. Without a node name there is no port of Erlang's own, and no epmd.
"""

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from tests.servers.running import free_ports, listens, need, running

HOST, ROOMS = "localhost", "rooms.localhost"
PEOPLE = ("alice", "bob", "eve", "admin")


@dataclass(frozen=True, slots=True)
class XmppServer:
    """A running server: its kind, where clients connect, whom they trust; `api` is ejabberd's HTTP API, "" for Prosody."""

    kind: str
    address: str
    authority: Path
    api: str = ""

    def command(self, name: str, **arguments: object) -> object:
        """A command of ejabberd's API."""
        data = json.dumps(arguments).encode()
        asked = urllib.request.Request(f"{self.api}/{name}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)


def password(name: str) -> str:
    """Everybody's password."""
    return f"pw-{name}"


def _certificates(folder: Path) -> Path:
    authority = trustme.CA()
    soon = datetime.now(UTC) + timedelta(days=30)  # Erlang's timers cannot wait for the far end of trustme's own
    own = authority.issue_cert(HOST, ROOMS, not_after=soon)
    own.private_key_pem.write_to_path(folder / f"{HOST}.key")
    own.private_key_and_cert_chain_pem.write_to_path(folder / "both.pem")
    for number, blob in enumerate(own.cert_chain_pems):
        blob.write_to_path(folder / f"{HOST}.crt", append=number > 0)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    return folder / "authority.pem"


_PROSODY = """
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{}}
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "mam"; "posix" }}
modules_disabled = {{ "s2s" }}
c2s_require_encryption = true
certificates = "{folder}"
authentication = "internal_hashed"
log = {{ info = "{folder}/prosody.log" }}
VirtualHost "localhost"
Component "rooms.localhost" "muc"
  modules_enabled = {{ "muc_mam" }}
"""


@contextmanager
def prosody(folder: Path) -> Iterator[XmppServer]:
    """Prosody with everybody registered."""
    server = need("prosody", "apt-get install prosody")
    (port,) = free_ports(1)
    authority = _certificates(folder)
    config = folder / "prosody.cfg.lua"
    config.write_text(_PROSODY.format(folder=folder, port=port))
    for name in PEOPLE:
        register = [need("prosodyctl", "apt-get install prosody"), "--config", str(config), "register", name, HOST]
        subprocess.run([*register, password(name)], check=True, capture_output=True, cwd=folder)
    with running([server, "-F", "--config", str(config)], folder, lambda: listens(port)):
        yield XmppServer("prosody", f"127.0.0.1:{port}", authority)


_EJABBERD = """
hosts: [localhost]
loglevel: warning
certfiles: ["{folder}/both.pem"]
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, starttls_required: true}}
  - {{port: {http}, ip: "127.0.0.1", module: ejabberd_http, request_handlers: {{/api: mod_http_api}}}}
auth_method: internal
auth_password_format: scram
acl: {{loopback: {{ip: 127.0.0.0/8}}}}
api_permissions:
  "loopback": {{from: [mod_http_api], who: [{{acl: loopback}}], what: "*"}}
modules:
  mod_admin_extra: {{}}
  mod_disco: {{}}
  mod_mam: {{default: always, assume_mam_usage: true}}
  mod_offline: {{}}
  mod_roster: {{}}
  mod_muc: {{host: rooms.localhost, default_room_options: {{mam: true, persistent: true}}}}
  mod_muc_admin: {{}}
"""


@contextmanager
def ejabberd(folder: Path) -> Iterator[XmppServer]:
    """ejabberd with everybody registered."""
    erlang = need("erl", "apt-get install ejabberd")
    port, http = free_ports(2)
    authority = _certificates(folder)
    (folder / "ejabberd.yml").write_text(_EJABBERD.format(folder=folder, port=port, http=http))
    server = XmppServer("ejabberd", f"127.0.0.1:{port}", authority, f"http://127.0.0.1:{http}/api")
    more = {
        "EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"),
        "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
        "ERL_LIBS": str(_libraries()),
        "ERL_CRASH_DUMP": str(folder / "crash.dump"),
        "HOME": str(folder),
    }
    command = [erlang, "-noinput", "-boot", "start_sasl", "-mnesia", "dir", f'"{folder}/db"', "-s", "ejabberd"]
    with running(command, folder, lambda: listens(http) and listens(port), more):
        for name in PEOPLE:
            server.command("register", user=name, host=HOST, password=password(name))
        yield server


def _libraries() -> Path:
    """The folder that Debian puts ejabberd's Erlang applications in."""
    found = sorted(Path("/usr/lib").glob("*/ejabberd-*/ebin/ejabberd.app"))
    if not found:
        raise AssertionError("ejabberd is not installed, and these tests start it: apt-get install ejabberd")
    return found[-1].parents[2]


SERVERS: dict[str, Callable[[Path], AbstractContextManager[XmppServer]]] = {"prosody": prosody, "ejabberd": ejabberd}
