"""What the brief rests on: methods, data and quarantine, versions and hashes, and its limits."""

import re

from actionday.brief.material import Material
from actionday.brief.origin import SYNTHETIC
from actionday.brief.page import Block, Items, Prose, Section, Table, fill, prose
from actionday.brief.sections.registered import registration
from actionday.brief.tables import estimates
from actionday.brief.vocabulary import OTHER, SECTIONS
from actionday.brief.wording import join, moment, plural, sentence

_DETAIL = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)")
_LIMITS = (
    "A link, a membership or a place in a network is a <strong>lead, never a ground</strong>. Nothing here decides whether content is unlawful; a person does, and a second one where the policy says so.",
    "This brief is no directory: subjects, hosts and destinations appear as counts and hashes. Pseudonyms hold within this brief only.",
    "Cells below 5 are suppressed (“&lt;5”), and others with them (“hidden”) where a total would give them away.",
    "“Gone” is not “removed”: only the platform’s own act counts as a removal, and what went private or out of reach says nothing.",
    "Affiliations come from human judgement against a dated list, never from inference.",
    "Before-and-after differences are not effects by themselves: events and trends of the same weeks are part of them.",
)


def rest(material: Material) -> Section | None:
    """Estimates that belong to no other part."""
    told = material.section(OTHER)
    notes = [note for name, many in material.notes.items() if name not in SECTIONS for note in many]
    if not told and not notes:
        return None
    blocks: list[Block] = [*estimates(material, OTHER, told), *(prose("{}", sentence(note)) for note in notes)]
    return Section("other", "Other results", "Results that belong to no part above.", tuple(blocks))


def methods(material: Material) -> Section:
    """A paragraph written from the estimates' own method strings, and each method with what it was used for."""
    used: dict[str, list[str]] = {}
    for told in material.told:
        # details of one fit (draws, gaps) stand in its own row; here they would make one method look like fifty
        method = _DETAIL.sub("", told.estimate.method)
        if method != "none":
            used.setdefault(method, []).append(told.disclosed.word.title)
    levels = sorted({told.estimate.level for told in material.told})
    said = f"{join([f'{100 * level:g} %' for level in levels])} intervals" if levels else "intervals"
    campaign = material.campaign
    blocks: list[Block] = [
        prose(
            "The {} days before the window are compared with the {} days after it; days are UTC. A subject counts as gone once {} from one vantage confirm it. "
            "All numbers carry {}, the count n that they rest on, their method and their caveats; the methods were these.",
            campaign.days_before,
            campaign.days_after,
            plural(campaign.confirmations, "miss", "misses"),
            said,
        )
    ]
    rows = [
        (method, join(list(dict.fromkeys(titles))[:4]) + (" and others" if len(set(titles)) > 4 else ""))
        for method, titles in used.items()
    ]
    if rows:
        blocks.append(Table.of("methods", "Methods, and what each was used for", ("Method", "Used for"), rows))
    blocks.append(Prose(registration(material)))
    compared = [*campaign.comparison_platforms, *campaign.comparison_organisations]
    if compared:
        blocks.append(prose("Comparison group, not targeted that day: {}.", join(compared)))
    return Section(
        "methods", "How this was measured", "Written from the methods that came with the numbers.", tuple(blocks)
    )


def data(material: Material) -> Section:
    """Inputs by hash, quarantine, versions and seeds."""
    origin = material.origin
    blocks: list[Block] = []
    read = sum(f.rows for f in origin.inputs)
    blocks.append(
        prose(
            "{} were read, {}. Content kept: {}; profile: {}.",
            plural(len(origin.inputs), "file"),
            plural(read, "row"),
            origin.content,
            origin.profile,
        )
    )
    if origin.inputs:
        shown = sorted(origin.inputs, key=lambda f: (f.format, f.sha256))
        rows = [(f.format, f"{f.rows:,}", f.sha256[:16]) for f in shown[:40]]
        caption = "Inputs by format and hash" + (
            f": the first 40 of {len(shown)}, all are in brief.json" if len(shown) > 40 else ""
        )
        blocks.append(Table.of("inputs", caption, ("Format", "Rows", "SHA-256, first 16 digits"), rows))
    refused = sum(origin.quarantine.values())
    if refused:
        reasons = [
            (reason, f"{count:,}")
            for reason, count in sorted(origin.quarantine.items(), key=lambda item: (-item[1], item[0]))
        ]
        blocks.append(
            Table.of(
                "quarantine", f"Quarantine: {plural(refused, 'row')} refused, by reason", ("Reason", "Rows"), reasons, 1
            )
        )
    else:
        blocks.append(prose("No row was refused."))
    versions = [
        ("actionday", origin.product),
        *sorted(origin.libraries.items()),
        ("seed", str(origin.seed)),
        ("home", origin.home),
        ("casebook up to", origin.casebook or "none: nothing was judged"),
        ("made", moment(origin.generated_at)),
    ]
    versions += [(f"archive table {name}", f"version {version}") for name, version in sorted(origin.archive.items())]
    blocks.append(Table.of("versions", "Versions and seeds", ("What", "Which"), versions))
    return Section(
        "data",
        "What it rests on",
        "Inputs, what was refused, and what is needed to make the same numbers again.",
        tuple(blocks),
    )


def limits(material: Material) -> Section:
    """What this brief is not."""
    items = [fill(item) for item in _LIMITS]
    if material.synthetic:
        items.insert(
            0,
            fill(
                "<strong>{}.</strong> No number here says anything of the real world.",
                SYNTHETIC[:1].upper() + SYNTHETIC[1:],
            ),
        )
    return Section("limits", "Limits", "", (Items(tuple(items)),))
