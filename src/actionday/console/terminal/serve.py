"""`actionday serve`: the console for browsers. Not for: what its pages do, which is the web's and the playbook's."""

import ipaddress
from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, say, settings_for
from actionday.records import SystemClock, UsageError

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port; 0: any.")
@click.option("--name", "names", multiple=True, help="A host name that browsers use; may be repeated.")
@click.option("--certificate", type=_FILE, default=None, help="A TLS certificate chain (PEM).")
@click.option("--certificate-key", type=_FILE, default=None, help="Its private key (PEM).")
@click.option("--behind-proxy", is_flag=True, help="A proxy before this server speaks TLS to browsers.")
@home_option
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    certificate: Path | None,
    certificate_key: Path | None,
    behind_proxy: bool,
    home: Path | None,
) -> None:
    """Serve the console to browsers, until it is stopped. The first start prints a link to make the first administrator."""
    secure = certificate is not None or behind_proxy
    if (certificate is None) != (certificate_key is None):
        raise UsageError("--certificate and --certificate-key go together")
    if not secure and not _is_near(host):
        raise UsageError(
            f"{host} is seen by other machines: passphrases must not cross a network in the clear; "
            "give --certificate, or --behind-proxy"
        )
    settings, clock = settings_for(home), SystemClock()
    import uvicorn

    from actionday.console.web import create_app

    app = create_app(settings, clock, {host, *names, *_NEAR} if _is_near(host) else {host, *names}, secure=secure)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        ssl_certfile=None if certificate is None else str(certificate),
        ssl_keyfile=None if certificate_key is None else str(certificate_key),
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    at = f"{'https' if certificate else 'http'}://{names[0] if names else host}:{listening.getsockname()[1]}"
    if not playbook.people(settings, clock):
        say(f"make the first administrator, once: {at}/first?token={app.state.house.first.token}")
    say(f"actionday is served at {at}; stop it with Ctrl-C")
    server.run(sockets=[listening])


_NEAR = ("127.0.0.1", "localhost", "::1")


def _is_near(host: str) -> bool:
    """Whether only this machine sees an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
