"""What else happened: events around the day, drawn and named, and what cannot be told apart because of them."""

from actionday.brief.figures.frame import Heading
from actionday.brief.figures.timeline import timeline
from actionday.brief.material import Material
from actionday.brief.page import Block, Figure, Notice, Section, Table, fill, prose
from actionday.brief.sections.calendar_days import campaign_days
from actionday.brief.wording import join, moment

_KINDS = {
    "arrest": "arrest",
    "attack": "attack",
    "outage": "outage",
    "policy": "policy change",
    "other_action_day": "another action day",
    "other": "other",
}


def events(material: Material) -> Section:
    """The time line, the warning, the list."""
    campaign = material.campaign
    blocks: list[Block] = [notice for notice in (warning(material),) if notice]
    if not campaign.events:
        blocks.append(
            prose(
                "Nobody named an event around this day. That is not to say that there was none: an outage, an arrest or a policy change in these weeks would be read here as the day’s effect."
            )
        )
    figure = events_figure(material)
    blocks += [figure] if figure else []
    if campaign.events:
        near = set(campaign.coinciding())
        rows = [
            (str(n), moment(e.at), _KINDS.get(e.kind, e.kind), e.title, "yes" if e in near else "no")
            for n, e in enumerate(campaign.events, 1)
        ]
        blocks.append(
            Table.of("events", "Events named by the analyst", ("No.", "When", "Kind", "What", "Coincides"), rows)
        )
    question = "Whatever else happened in these days is part of every difference between before and after."
    return Section("events", "What else happened", question, tuple(blocks))


def warning(material: Material) -> Notice | None:
    """What cannot be told apart, where an event coincides with the day."""
    near = material.campaign.coinciding()
    if not near:
        return None
    names = join([f"“{event.title}”" for event in near])
    words = "{} happened within three days of the action day. Every change stated here is that of the day and of {} together; nothing in these data tells them apart. Platforms or organisations that only one of them reached would be the comparison to make."
    others = "this event" if len(near) == 1 else "these events"
    return Notice("warn", "What cannot be told apart", fill(words, names, others))


def events_figure(material: Material) -> Figure | None:
    """The campaign's days with every event in sight, named."""
    days = campaign_days(material)
    if not any(days.first <= day <= days.last for day, _, _ in days.events):
        return None
    names = [event.title for event in material.campaign.events]
    heading = Heading("Events around the day", f"A time line of the action day and {join(names)}.")
    caption = fill("The action day is shaded. Filled marks: within three days of it.")
    return Figure("events", heading.title, caption, lambda paper: timeline(paper, heading, days, names))
