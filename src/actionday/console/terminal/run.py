"""`actionday run`, `scenario`, `reproduce`: the main job, the bundled world, and the same numbers again."""

from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.measure import BY
from actionday.console.terminal.observe import content_option, policy_from, profile_option, vantage_option, zone_option
from actionday.console.terminal.options import (
    home_option,
    json_option,
    print_json,
    quiet_option,
    say,
    seed_option,
    settings_for,
)
from actionday.console.terminal.progress import watching
from actionday.observe.orders import ImportOptions
from actionday.records import SystemClock, UsageError, load_campaign


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--campaign",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="day.toml: the day's window, comparison, events.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the brief.")
@click.option("--by", type=click.Choice(BY), default="all", show_default=True, help="Split estimates by this.")
@click.option(
    "--identify",
    metavar="REASON",
    default=None,
    help="Write an annex that names subjects, TLP:AMBER+STRICT, for this reason.",
)
@click.option(
    "--effects",
    is_flag=True,
    help="Also estimate what the day changed, by several designs (docs/methods/effect.md), and what removals would leave.",
)
@click.option("--marking", default="", help="Your marking, printed on every page, e.g. TLP:GREEN.")
@zone_option
@vantage_option
@content_option
@profile_option
@seed_option
@home_option
@json_option
@quiet_option
def run(
    paths: tuple[Path, ...],
    campaign: Path,
    out: Path,
    by: str,
    identify: str | None,
    effects: bool,
    marking: str,
    zone: str | None,
    vantage: str | None,
    content: str | None,
    profile: str | None,
    seed: int,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """From a folder of exports to a brief. Run it again with new files: only the new is read."""
    if identify is not None and not identify.strip():
        raise UsageError("--identify takes the reason for which subjects are named")
    day = load_campaign(campaign)
    options = ImportOptions(zone=zone, vantage=vantage)
    with watching(quiet) as progress:
        order = playbook.BriefOrder(
            day, out, SystemClock(), progress, seed=seed, by=by, marking=marking, identify=identify, effects=effects
        )
        done = playbook.run(settings_for(home), paths, options, policy_from(content, profile), order)
    if as_json:
        print_json(done)
        return
    imported = done["import"]
    say(
        f"read {len(imported['read'])} files, {len(imported['known'])} known before, {imported['quarantined']:,} rows in quarantine"
    )
    for passed in imported["passed_over"]:
        say(f"passed over {passed['name']}: {passed['reason']}")
    say(f"the brief: {out / 'index.html'}")


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--size", default="demo", show_default=True, help="tiny, demo, 10M, or a number of posts.")
@seed_option
@json_option
@quiet_option
def scenario(out: Path, size: str, seed: int, as_json: bool, quiet: bool) -> None:
    """Write the bundled synthetic world as export files, truth.json and day.toml."""
    with watching(quiet) as progress:
        done = playbook.write_scenario(out, size, seed, progress)
    if as_json:
        print_json(done)
    else:
        say(
            f"wrote {done['files']} files, {done['bytes']:,} bytes; next: actionday run {out} --campaign {out / 'day.toml'} --out brief"
        )


@click.command()
@click.argument("brief", type=click.Path(path_type=Path, exists=True, file_okay=False))
@home_option
@json_option
@quiet_option
def reproduce(brief: Path, home: Path | None, as_json: bool, quiet: bool) -> None:
    """Compute BRIEF's numbers again from the recorded archive versions and compare them."""
    with watching(quiet) as progress:
        done = playbook.reproduce(settings_for(home), brief, SystemClock(), progress)
    if as_json:
        print_json(done)
    elif done["same"]:
        say(f"the same {done['estimates']} estimates")
    else:
        say(f"differs in: {', '.join(done['differing']) or 'the number of estimates'}")
    if not done["same"]:
        raise SystemExit(1)
