"""`actionday observe`: import files, list the formats, look at a file before importing it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.known import print_matches
from actionday.console.terminal.options import home_option, json_option, print_json, quiet_option, say, settings_for
from actionday.console.terminal.probe import collect, probe, watch
from actionday.console.terminal.progress import watching
from actionday.observe.files import read_mapping
from actionday.observe.orders import ImportOptions, ImportReport
from actionday.records import SystemClock
from actionday.stores.archive.home import CONTENT, PROFILES, HomePolicy


@click.group()
def observe() -> None:
    """What is out there, and is it still up? Read export files into the archive; look."""


def policy_from(content: str | None, profile: str | None) -> HomePolicy | None:
    """The policy two options ask for, or None when neither was given."""
    if content is None and profile is None:
        return None
    return HomePolicy(content or "hash", profile or "unit")


content_option = click.option(
    "--content",
    type=click.Choice(CONTENT),
    default=None,
    help="How much of a post is kept; fixed when the home is made. Default: hash.",
)
profile_option = click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default=None,
    help="Who keeps the home, and so how people are named. Default: unit.",
)
zone_option = click.option("--zone", default=None, help="IANA time zone of times that name none, e.g. Europe/Paris.")
vantage_option = click.option(
    "--vantage", default=None, help="Who collected the files: a name for the collecting account or place."
)


@observe.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "as_format", default=None, help="Read everything named as this format (see `observe formats`).")
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Mapping TOML for tables or snapshots.",
)
@zone_option
@vantage_option
@click.option(
    "--private-basis",
    metavar="REF",
    default=None,
    help="Read private rooms and direct messages too: the reference of the order or consent, kept with the import.",
)
@click.option("--seen-at", type=click.DateTime(), default=None, help="When the export was taken (UTC).")
@content_option
@profile_option
@home_option
@json_option
@quiet_option
def import_(
    paths: tuple[Path, ...],
    as_format: str | None,
    map_file: Path | None,
    zone: str | None,
    vantage: str | None,
    private_basis: str | None,
    seen_at: datetime | None,
    content: str | None,
    profile: str | None,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Read PATHS (files, folders, archives) into the home. Reading a file again adds nothing."""
    options = ImportOptions(
        format=as_format,
        mapping=read_mapping(map_file) if map_file else None,
        zone=zone,
        vantage=vantage,
        seen_at=seen_at.replace(tzinfo=UTC) if seen_at else None,
        private_basis=private_basis,
    )
    with watching(quiet) as progress:
        report = playbook.import_exports(
            settings_for(home), paths, options, policy_from(content, profile), SystemClock(), progress
        )
    if as_json:
        print_json(report.as_dict())
    else:
        print_report(report)


@observe.command()
@json_option
def formats(as_json: bool) -> None:
    """List the formats that can be read, and how isolated parsers are here."""
    found = playbook.formats(settings_for(None))
    if as_json:
        print_json(found)
        return
    for one in found["formats"]:
        say(f"{one['name']:<18}{one['title']}")
    held = ", ".join(name for name, value in found["isolation"].items() if value)
    say(f"parsers run apart, held by: {held}")


@observe.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@json_option
def inspect(path: Path, as_json: bool) -> None:
    """Say what an import of PATH would read, and what it still needs to be told."""
    found = playbook.inspect(settings_for(None), path)
    if as_json:
        print_json(found)
        return
    for one in found:
        needs = f" (needs: {', '.join(one['needs'])})" if one["needs"] else ""
        say(f"{one['file']}: {one['format'] or 'not read'}{needs}")
        for line in str(one["says"]).splitlines():
            say(f"    {line}")


@observe.command()
@click.argument("name", metavar="FORMAT")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def template(name: str, folder: Path) -> None:
    """Write small made-up files of FORMAT into FOLDER: a form to fill in, such as `sightings` for looks by hand."""
    for path in playbook.template(name, folder):
        say(f"wrote {path}")


for _command in (collect, probe, watch):
    observe.add_command(_command)


def print_report(report: ImportReport) -> None:
    """What an import did, for a person."""
    for one in report.read:
        counted = ", ".join(f"{count:,} {name}" for name, count in one["rows"].items()) or "nothing"
        say(f"read {one['file']} as {one['format']}: {counted}")
        if "why" in one:
            say(f"    refused: {one['why']}" + (" …" if one["rows"]["quarantine"] > 1 else ""))
    if report.known:
        say(f"{len(report.known)} files were read before")
    for passed in report.passed_over:
        say(f"passed over {passed.name}: {passed.reason}")
    say(f"new rows: {', '.join(f'{count:,} {name}' for name, count in sorted(report.rows.items())) or 'none'}")
    if report.matches:
        print_matches(report.matches)
    if report.refused:
        say(f"{report.refused:,} rows went to quarantine; `actionday archive stats` says why")
