"""`actionday link run`, `returns`, `explain`, `evaluate`: propose which later account or channel is whose return, say why, and how good that is."""

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
from actionday.records import InputError, Progress, SystemClock, UsageError, load_campaign

threshold_option = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Probability from which a pair is proposed.",
)
spare_option = click.option(
    "--real-names",
    "spared",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File of subject ids, one a line, that go by a real name: never proposed.",
)
figure_option = click.option(
    "--figure",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Draw it as well, into this SVG file.",
)


@click.command("run")
@threshold_option
@spare_option
@campaign_option
@seed_option
@home_option
@json_option
@quiet_option
def link_run(
    threshold: float,
    spared: Path | None,
    campaign: Path | None,
    seed: int,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Propose returns, backups, siblings and the same operator elsewhere, for all that ended or fell silent."""
    with watching(quiet) as progress:
        order = _order(progress, campaign, threshold, seed, spared)
        done = playbook.link_run(settings_for(home), order)
    if as_json:
        print_json(done)
        return
    say(
        f"{done['subjects']:,} subjects, {done['starts']:,} ended; {done['compared']:,} pairs compared; model {done['model']}"
    )
    say(f"weights learned from {done['trained_on']}")
    for relation, count in done["proposals"].items():
        say(f"{relation}: {count:,} proposed at {done['threshold']} and above")
    for row in done["cut"]:
        if row["groups"]:
            say(f"not blocked on {row['key']}: {row['groups']:,} groups too large, {row['pairs']:,} pairs")
    say(done["note"])


@click.command("returns")
@click.argument("subject")
@home_option
@json_option
def link_returns(subject: str, home: Path | None, as_json: bool) -> None:
    """What the newest run proposes about SUBJECT, likeliest first."""
    found = playbook.link_returns(settings_for(home), subject, SystemClock())
    if as_json:
        print_json(found)
        return
    for lead in found["leads"]:
        say(f"{lead['subject']} -> {lead['target']}: {lead['relation']}, {lead['probability']:.3f} ({lead['rule']})")
        for family, level in lead["evidence"].items():
            say(f"    {family}: {level}")
        say(f"    how often such are wrong: {lead['wrong_of_100']}")
    if not found["leads"]:
        say(f"no proposal about {subject}")
    say(found["note"])


@click.command("explain")
@click.argument("first")
@click.argument("second")
@figure_option
@campaign_option
@home_option
@json_option
@quiet_option
def link_explain(
    first: str,
    second: str,
    figure: Path | None,
    campaign: Path | None,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """The evidence for and against FIRST and SECOND being of one operator, family by family, in bits."""
    with watching(quiet) as progress:
        order = _order(progress, campaign)
        found = playbook.link_explain(settings_for(home), order, (first, second))
    if figure is not None:
        playbook.draw_pair(found, figure)
    if as_json:
        print_json(found)
        return
    say(f"{found['subject']} (ended first) and {found['target']}")
    for step in found["steps"]:
        level = "absent" if step["level"] is None and step["family"] != "prior" else step["level"] or ""
        say(f"{step['family']:<13}{step['bits']:>+8.2f} bits  {step['total']:>+8.2f}  {_bar(step['bits'])}  {level}")
    say(f"probability {found['probability']:.4f}; if of one operator: {found['relation']}")
    say(f"how often such proposals are wrong: {found['wrong_of_100']}")
    if found["why_not"]:
        say(f"not proposed, whatever its probability: {found['why_not']}")
    say(found["note"])


@click.command("evaluate")
@click.option(
    "--truth",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help='truth.json of a scenario, or your labelled sample: {"pairs": [{"from", "to", "kind"}]}.',
)
@figure_option
@threshold_option
@campaign_option
@seed_option
@home_option
@json_option
@quiet_option
def link_evaluate(
    truth: Path,
    figure: Path | None,
    threshold: float,
    campaign: Path | None,
    seed: int,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Precision, recall and calibration against known answers, with intervals, by relation and by group."""
    with watching(quiet) as progress:
        order = _order(progress, campaign, threshold, seed)
        found = playbook.link_evaluate(settings_for(home), order, truth)
    if figure is not None:
        playbook.draw_calibration(found, figure)
    if as_json:
        print_json(found)
        return
    for name in ("precision", "recall", "blocking_recall", "recall_at_precision"):
        say(_share(name, found[name]))
    told = found["calibration"]
    if told["n"]:
        say(f"calibration: expected error {told['expected_error']:.4f}, Brier {told['brier']:.4f}, n={told['n']:,}")
        for row in told["bins"]:
            say(_share(f"    said {row['said']:.3f}", row))
    for row in [*found["by_relation"], *found["by_group"]]:
        group = ", ".join(f"{key}={value}" for key, value in row["group"].items()) or "overall"
        say(_share(f"{row['name']} [{group}]", row))
    say(found["note"])


def _order(
    progress: Progress, campaign: Path | None, threshold: float = 0.5, seed: int = 7, spared: Path | None = None
) -> playbook.LinkOrder:
    day = load_campaign(campaign) if campaign else None
    return playbook.LinkOrder(SystemClock(), progress, day, threshold, seed, spared_names(spared))


def spared_names(spared: Path | None) -> tuple[str, ...]:
    """The ids that a file lists. Raises InputError where it cannot be read, UsageError where it names nobody."""
    if spared is None:
        return ()
    try:
        names = tuple(line.strip() for line in spared.read_text("utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(spared), f"cannot be read: {error}", "a text file in UTF-8, one id a line") from error
    if not names:
        raise UsageError(f"{spared} names nobody")
    return names


def _share(name: str, told: dict[str, Any]) -> str:
    if told["value"] is None:
        return f"{name}: not given, {'; '.join(told['caveats'])}"
    return f"{name}: {told['value']:.4f} ({told['low']:.4f} to {told['high']:.4f}), n={told['n']:,}"


def _bar(bits: float) -> str:
    size = min(round(abs(bits)), 20)
    return ("+" if bits > 0 else "-") * size or "."
