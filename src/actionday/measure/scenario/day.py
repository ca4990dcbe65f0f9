"""The scenario's `day.toml`: the second action day as an analyst would describe it, with what coincided."""

from datetime import timedelta

from actionday.measure.scenario.parameters import Parameters

_TEXT = """\
# A synthetic world: we put the effect in.
name = "Second action day (synthetic world)"
synthetic = true

[window]
start = {start}T00:00:00Z
end = {end}T23:59:59Z
days_before = 30
days_after = 30

[comparison]
platforms = ["twitter"]
organisations = []

[policy]
confirmations = 3

[[event]]
at = {start}T10:00:00Z
kind = "outage"
title = "Platform outage of four hours"

[[event]]
at = {policy}T00:00:00Z
kind = "policy"
title = "A host changes its terms"

[[event]]
at = {first}T06:00:00Z
kind = "other_action_day"
title = "First action day"
"""


def day_toml(parameters: Parameters) -> str:
    """The text of `day.toml`, for `records.load_campaign`."""
    second = parameters.second
    return _TEXT.format(
        start=second.start.isoformat(),
        end=(second.start + timedelta(days=len(second.daily) - 1)).isoformat(),
        policy=(second.start + timedelta(days=24)).isoformat(),
        first=parameters.first.start.isoformat(),
    )
