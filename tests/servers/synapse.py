"""Synapse on loopback, in an environment of its own (AGPL: a service, no part of the product), with an admin and some people."""

import hashlib
import hmac
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.servers.running import free_ports, running

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "synapse" / "bin" / "python"
SECRET = "for-tests-only"
ADMIN, PEOPLE = "admin", ("alice", "bob", "carol", "dora", "erin")
CLIENT = "/_matrix/client/v3"

_CONFIG = """
server_name: localhost
pid_file: {folder}/synapse.pid
listeners: [{{port: {port}, bind_addresses: ["127.0.0.1"], type: http, tls: false, resources: [{{names: [client]}}]}}]
database: {{name: sqlite3, args: {{database: "{folder}/synapse.db"}}}}
log_config: {folder}/log.yaml
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
registration_shared_secret: {secret}
macaroon_secret_key: {secret}
form_secret: {secret}
trusted_key_servers: []
suppress_key_server_warning: true
report_stats: false
rc_room_creation: {{per_second: 1000, burst_count: 1000}}
rc_message: {{per_second: 1000, burst_count: 1000}}
rc_registration: {{per_second: 1000, burst_count: 1000}}
"""
_LOG = "version: 1\nroot: {level: ERROR, handlers: [out]}\nhandlers: {out: {class: logging.StreamHandler}}\n"


@dataclass(slots=True)
class Synapse:
    """A running homeserver: its address, and everybody's token."""

    base: str
    folder: Path
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Name and port."""
        return self.base.removeprefix("http://")

    def call(self, who: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        """A request of one of the people; fails loudly."""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.base + path, data, method=method)
        asked.add_header("Content-Type", "application/json")
        if who:
            asked.add_header("Authorization", f"Bearer {self.tokens[who]}")
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                said: dict[str, Any] = json.load(answer)
                return said
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def room(self, who: str = "alice", **how: object) -> str:
        """A new room; public unless said otherwise."""
        return str(self.call(who, "POST", f"{CLIENT}/createRoom", {"preset": "public_chat", **how})["room_id"])

    def send(self, who: str, room: str, content: object, kind: str = "m.room.message") -> str:
        """An event in a room."""
        key = hashlib.sha256(json.dumps([who, room, content]).encode()).hexdigest()[:16]
        return str(self.call(who, "PUT", f"{CLIENT}/rooms/{q(room)}/send/{kind}/{key}", content)["event_id"])

    def state(self, who: str, room: str, kind: str, content: object, key: str = "") -> str:
        """A state event in a room."""
        return str(self.call(who, "PUT", f"{CLIENT}/rooms/{q(room)}/state/{kind}/{q(key)}", content)["event_id"])

    def export(self, user: str, into: Path) -> Path:
        """`admin_cmd export-data` of one user, as its operator runs it."""
        command = [
            str(PYTHON),
            "-m",
            "synapse.app.admin_cmd",
            "-c",
            str(self.folder / "homeserver.yaml"),
            "export-data",
        ]
        done = subprocess.run(
            [*command, user, "--output-directory", str(into)],
            capture_output=True,
            check=False,
            timeout=60,
            cwd=self.folder,
        )
        assert (into / "user_data").is_dir(), done.stderr.decode()[-2000:]
        return into


def q(text: str) -> str:
    """A text as one piece of a path."""
    return quote(text, safe="")


def _register(server: Synapse, name: str) -> None:
    path = "/_synapse/admin/v1/register"
    nonce = server.call("", "GET", path)["nonce"]
    admin = name == ADMIN
    parts = [nonce, name, f"pw-{name}", "admin" if admin else "notadmin"]
    mac = hmac.new(SECRET.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
    body = {"nonce": nonce, "username": name, "password": f"pw-{name}", "admin": admin, "mac": mac}
    server.tokens[name] = server.call("", "POST", path, body)["access_token"]


@contextmanager
def synapse(folder: Path) -> Iterator[Synapse]:
    """Synapse with everybody registered."""
    if not PYTHON.exists():
        raise AssertionError(
            f"Synapse is not installed in {PYTHON.parents[1]}, and these tests start it: make .venv/servers"
        )
    (port,) = free_ports(1)
    server = Synapse(f"http://127.0.0.1:{port}", folder)
    (folder / "homeserver.yaml").write_text(_CONFIG.format(folder=folder, port=port, secret=SECRET))
    (folder / "log.yaml").write_text(_LOG)
    command = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(folder / "homeserver.yaml")]
    subprocess.run([*command, "--generate-keys"], check=True, capture_output=True, cwd=folder, timeout=60)

    def ready() -> bool:
        with suppress(OSError), urllib.request.urlopen(server.base + "/health", timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    with running(command, folder, ready):
        for name in (ADMIN, *PEOPLE):
            _register(server, name)
        yield server
