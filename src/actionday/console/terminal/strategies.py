"""`actionday measure strategies`, `plan`: what removals would leave of a network, and confirmed findings in order."""

from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import (
    campaign_option,
    home_option,
    json_option,
    print_json,
    quiet_option,
    say,
    seed_option,
    settings_for,
)
from actionday.console.terminal.progress import watching
from actionday.records import SystemClock, UsageError, load_campaign

left_out_option = click.option(
    "--leave-out",
    "left_out",
    multiple=True,
    help="Leave out edges of this kind: member, role, forward, link, move, bot (any edge of a bot). Repeatable.",
)
cost_option = click.option(
    "--cost",
    "costs",
    multiple=True,
    help="Cost of removing one of a kind, as KIND=NUMBER: user, admin, bot, channel. Default: 1. Repeatable.",
)
edges_option = click.option(
    "--edges",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help='A bare network instead of a home: "u v" a line.',
)


@click.command()
@edges_option
@left_out_option
@click.option("--most", type=click.IntRange(1), default=None, help="At most so many removals a strategy. Default: all.")
@click.option("--budget", type=click.FloatRange(0, min_open=True), default=None, help="Add a mixed strategy under it.")
@cost_option
@campaign_option
@seed_option
@home_option
@json_option
@quiet_option
def strategies(
    edges: Path | None,
    left_out: tuple[str, ...],
    most: int | None,
    budget: float | None,
    costs: tuple[str, ...],
    campaign: Path | None,
    seed: int,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """What would be left if this or that were removed? Structure, not an effect: R, removals to 10 %, whole curves."""
    with watching(quiet) as progress:
        day = load_campaign(campaign) if campaign else None
        order = playbook.StrategyOrder(
            SystemClock(), progress, day, edges, left_out, most, budget, costs_of(costs), seed
        )
        found = playbook.strategies(settings_for(home), order)
    if as_json:
        print_json({
            "measure": found.name,
            "estimates": [estimate.as_dict() for estimate in found.estimates],
            "strategies": found.tables["strategies"].to_pylist(),
            "curves": _curves(found.tables["removal_curves"]),
            "notes": list(found.notes),
        })  # fmt: skip
        return
    for row in sorted(found.tables["strategies"].to_pylist(), key=lambda row: row["r"]):
        ends = "never" if row["to_10_percent"] is None else f"after {row['to_10_percent']:,}"
        backups = ", backups followed" if row["backups"] else ""
        note = f" ({row['note']})" if row["note"] else ""
        say(f"{row['strategy']}{backups}: R {row['r']:.4f}, 10 % {ends} of {row['removals']:,} removals{note}")
    for estimate in found.estimates:
        if (
            estimate.name in ("rank_stability", "first_stays_first", "gap_to_bound")
            or "random" in estimate.group.values()
        ):
            group = ", ".join(f"{key}={value}" for key, value in estimate.group.items())
            value = "not given" if estimate.value is None else f"{estimate.value:.4f}"
            span = "" if estimate.low is None else f" ({estimate.low:.4f} to {estimate.high:.4f})"
            say(f"{estimate.name} [{group}]: {value}{span}, {estimate.method}")
    for note in found.notes:
        say(f"note: {note}")


@click.command()
@click.option("--budget", type=click.FloatRange(0, min_open=True), required=True, help="What may be spent.")
@click.option(
    "--findings",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Table of confirmed findings (CSV): subject, ground, confirmed_by.",
)
@click.option("--hypothetical", is_flag=True, help="Plan over everything; prints counts and names nobody.")
@edges_option
@left_out_option
@cost_option
@campaign_option
@home_option
@json_option
@quiet_option
def plan(
    budget: float,
    findings: Path | None,
    hypothetical: bool,
    edges: Path | None,
    left_out: tuple[str, ...],
    costs: tuple[str, ...],
    campaign: Path | None,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Order confirmed findings under a budget, with the reason and gain of each. People choose; a place is no ground."""
    if hypothetical == (findings is not None):
        raise UsageError("a plan orders confirmed findings: give --findings FILE, or --hypothetical for counts alone")
    with watching(quiet) as progress:
        day = load_campaign(campaign) if campaign else None
        order = playbook.StrategyOrder(
            SystemClock(), progress, day, edges, left_out, budget=budget, cost=costs_of(costs)
        )
        found = playbook.plan(settings_for(home), order, findings)
    if as_json:
        print_json(found)
        return
    _say_plan(found)


def costs_of(costs: tuple[str, ...]) -> dict[str, float]:
    """`KIND=NUMBER` as a mapping. Raises UsageError."""
    told = {}
    for word in costs:
        kind, _, number = word.partition("=")
        try:
            told[kind] = float(number)
        except ValueError as error:
            raise UsageError(f"--cost {word!r}: write KIND=NUMBER") from error
    return told


def _say_plan(found: dict[str, Any]) -> None:
    say(f"spent {found['spent']:g} of {found['budget']:g}")
    if found["hypothetical"]:
        for row in found["counts"]:
            say(f"{row['kind']} {row['platform']}: {row['count']:,}")
        say("taken: " + ", ".join(f"{name} {count:,}" for name, count in found["taken"].items()))
    else:
        for number, step in enumerate(found["steps"], 1):
            say(
                f"{number}. {step['subject']} ({step['kind']}, {step['ground']}, {step['confirmed_by']}): {step['reason']}"
            )
        for subject in found["over_budget"]:
            say(f"left out, over the budget: {subject}")
        for subject in found["outside"]:
            say(f"left out, no connection seen: {subject}")
    say(found["note"])


def _curves(table: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - an Arrow table
    """One object a strategy, a list an outcome: index 0 is the state before any removal."""
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    lists = [name for name in table.column_names if name not in ("strategy", "backups", "removal")]
    columns = {name: table[name].to_pylist() for name in table.column_names}
    for at, key in enumerate(zip(columns["strategy"], columns["backups"], strict=True)):
        if key not in found:
            found[key] = {"strategy": key[0], "backups": key[1], **{name: [] for name in lists}}
        for name in lists:
            found[key][name].append(columns[name][at])
    return list(found.values())
