"""The campaign's days and events as figures and sections need them; and daily columns as arrays without holes."""

from datetime import date

import numpy as np
import polars as pl

from actionday.brief.figures.days import Days
from actionday.brief.material import Material
from actionday.brief.suppression import SMALL, mark_of
from actionday.brief.svg import Floats


def campaign_days(material: Material) -> Days:
    """The days compared, the window, and the events by number (their order in the campaign, from 1)."""
    first, last = material.days
    campaign = material.campaign
    near = set(campaign.coinciding())
    events = tuple((e.at.date(), number, e in near) for number, e in enumerate(campaign.events, 1))
    return Days(first, last, campaign.start.date(), campaign.end.date(), events)


def in_sight(material: Material, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows whose day is one of the campaign's."""
    first, last = material.days
    return frame.filter(pl.col("day").is_between(first, last)).sort("day")


def daily(frame: pl.DataFrame, column: str, days: Days) -> tuple[Floats, Floats, Floats]:
    """One value a day from first to last: ordinals, values (NaN where none), 1.0 where a small cell was suppressed."""
    start, end = days.first.toordinal(), days.last.toordinal()
    ordinals = np.arange(start, end + 1, dtype=np.float64)
    values, small = np.full(len(ordinals), np.nan), np.zeros(len(ordinals))
    places = np.array([d.toordinal() - start for d in frame["day"].to_list()], dtype=np.int64)
    values[places] = frame[column].cast(pl.Float64).to_numpy()
    if mark_of(column) in frame.columns:
        small[places] = (frame[mark_of(column)] == SMALL).cast(pl.Float64).to_numpy()
    return ordinals, values, small


def iso(day: date) -> str:
    """A date in a table: 2019-11-22."""
    return day.isoformat()
