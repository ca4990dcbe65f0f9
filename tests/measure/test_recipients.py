"""The recipients: read as the fold reads them, from a unit's own sheet, and never a removal rate without its rate of error."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.records.test_referral import OUT, T0

from actionday import playbook
from actionday.measure.cohort import cohort
from actionday.measure.intervals import proportion
from actionday.measure.recipients import NOTHING_REFERRED, measure_recipients
from actionday.measure.recipients_errors import NOT_AUDITED
from actionday.measure.recipients_rates import REMOVAL_RATES
from actionday.measure.recipients_read import history
from actionday.measure.survey import Strata, clustered, stratified
from actionday.observe.mapping import guess_mapping, mapping_toml, parse_mapping
from actionday.observe.orders import ImportOptions
from actionday.records import Campaign, Estimate, FixedClock, Silent
from actionday.records.referral import TAKEN_DOWN, ReferralEvent, Step, fold_referral
from actionday.settings import Settings, load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.view import View

SHEET = Path(__file__).parents[2] / "docs" / "worked-examples" / "referrals"
CLOCK = FixedClock(datetime(2024, 5, 1, tzinfo=UTC))
DAY = Campaign("a day", datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 6, tzinfo=UTC))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("sheet")
    made = load_settings({**os.environ, "ACTIONDAY_HOME": str(folder / "case.d"), "ACTIONDAY_PARSERS": "1"}, folder)
    report = playbook.import_exports(made, [SHEET], ImportOptions(), None, CLOCK, Silent())
    assert (report.rows["referrals"], report.rows["audits"], report.as_dict()["quarantined"]) == (40, 11, 0)
    return made


def view_of(home: Settings) -> View:
    return Archive(open_home(home.home)).view()


def measured(view: View) -> dict[tuple[str, ...], Estimate]:
    found = measure_recipients(view, cohort(view, DAY), DAY, bootstrap=50)
    return {(one.name, *one.group.values()): one for one in found.estimates}


def test_the_worked_sheet_gives_its_own_numbers(home: Settings) -> None:
    told = measured(view_of(home))
    sheet = pl.read_csv(SHEET / "referrals.csv")
    removed, n = int((sheet["Answer"] == "removed").sum()), len(sheet)
    assert told["referred_sent",].value == n
    assert told["removed_share_claimed",].value == pytest.approx(removed / n)
    assert (told["removed_share_claimed",].low, told["removed_share_claimed",].high) == proportion(removed, n)[1:]
    assert told["answered_share",].value == pytest.approx(sheet["Answer"].is_not_null().mean())
    assert told["geo_blocked_share",].value == pytest.approx(sheet["Countries"].is_not_null().mean())
    assert told["removed_share_seen",].value == pytest.approx((sheet["Seen"] == "gone").mean())
    mewe = sheet.filter(pl.col("Platform") == "Mewe")
    assert told["removed_share_claimed", "mewe"].value == pytest.approx((mewe["Answer"] == "removed").sum() / len(mewe))
    assert told["referred_sent", "telegram", "web form"].value == (sheet["Route"] == "web form").sum()
    # of two strata, 23 and 6 removals, eight and three re-read, one wrongful in the first
    assert told["wrongful_share",].value == pytest.approx(23 / 29 / 8)
    hour = told["one_hour_share",]
    assert (hour.n, hour.value) == (5, 1.0)
    assert any("without evidence of receipt" in caveat for caveat in hour.caveats)
    assert any("verified" in caveat for caveat in hour.caveats)
    assert told["median_hours_to_act_claimed",].value == pytest.approx(1.5)


def test_no_removal_rate_without_its_rate_of_error(home: Settings) -> None:
    view = view_of(home)
    for (name, *_), one in measured(view).items():
        if name in REMOVAL_RATES:
            assert one.value is not None
            assert one.caveats[0].startswith("wrongful removals")
    tables = {name: view.arrow(view.table(name)) for name in ("referrals", "referral_events", "sightings", "audits")}
    outside = tables["audits"].set_column(
        tables["audits"].column_names.index("outside"), "outside", pa.repeat(False, len(tables["audits"]))
    )
    for audits in (tables["audits"].slice(0, 0), outside):
        bare = measured(View.of({**tables, "audits": audits}))
        rates = [one for (name, *_), one in bare.items() if name in REMOVAL_RATES]
        assert rates
        assert all(one.value is one.low is one.high is None and one.caveats[0] == NOT_AUDITED for one in rates)


def test_a_group_without_an_audit_borrows_that_of_the_next_wider_one(home: Settings) -> None:
    view = view_of(home)
    tables = {name: view.arrow(view.table(name)) for name in ("referrals", "referral_events", "sightings", "audits")}
    only = tables["audits"].filter(pa.compute.equal(tables["audits"]["stratum"], "telegram"))
    told = measured(View.of({**tables, "audits": only}))
    assert told["wrongful_share", "mewe"].value is None
    assert told["removed_share_claimed", "mewe"].caveats[0].startswith("wrongful removals: ")
    assert told["removed_share_claimed", "telegram"].caveats[0].startswith("wrongful removals of telegram: ")


def test_nothing_referred_is_said_and_no_rate_is_made_up() -> None:
    view = View.of({})
    (one,) = measure_recipients(view, cohort(view, DAY), DAY).estimates
    assert (one.value, one.caveats) == (0, (NOTHING_REFERRED,))


def test_claims_do_not_count_as_sightings(home: Settings) -> None:
    """One removal of the sheet was claimed and is still there; one thing nobody claims is gone."""
    told = measured(view_of(home))
    assert told["claims_borne_out",].value == pytest.approx(27 / 28)
    assert told["gone_unclaimed_share",].value == pytest.approx(1 / 11)


def test_forget_reaches_the_sheet(home: Settings) -> None:
    before = view_of(home)
    one = before.arrow(before.table("audits").order_by("ref"))["subject"][0].as_py()
    erased = playbook.forget(home, one, "asked", CLOCK)["erased"]
    assert {name for name, counts in erased.items() if counts["erased"]} >= {"referrals", "referral_events", "audits", "sightings"}  # fmt: skip
    after = view_of(home)
    for name in ("referrals", "referral_events", "audits"):
        assert one not in after.arrow(after.table(name))["subject"].to_pylist()
    again = playbook.import_exports(home, [SHEET], ImportOptions(vantage="again"), None, CLOCK, Silent())
    assert again.rows["referrals"] == 0, "forgotten stays forgotten, and nothing else is new"


ways = st.lists(st.sampled_from([Step.RECEIVED, *sorted(set(Step) - {Step.UNDONE, *OUT, Step.RECEIVED})]), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(ways, min_size=1, max_size=6))
def test_columns_say_what_the_fold_says(many: list[list[Step]]) -> None:
    folded, rows = [], []
    for number, steps in enumerate(many):
        state = fold_referral(())
        for minute, step in enumerate([*OUT, *steps]):
            event = ReferralEvent(f"e{minute}", step, T0 + timedelta(minutes=minute), reason="why")
            after = state.add(event)
            if not after.refused:
                state = after
                rows.append({"ref": str(number), "subject": "x", "step": step.value, "at": event.at, "scope": None, "reason": "why"})  # fmt: skip
        folded.append(state)
    types: dict[str, pl.DataType | type[pl.DataType]] = {"ref": pl.String, "subject": pl.String, "step": pl.String, "at": pl.Datetime("us", "UTC"), "scope": pl.String, "reason": pl.String}  # fmt: skip
    found = {row["ref"]: row for row in history(pl.DataFrame(rows, schema=types)).iter_rows(named=True)}
    for number, state in enumerate(folded):
        row = found[str(number)]
        claim = state.claim.step if state.claim and state.claim.step is not Step.NO_ANSWER else None
        assert row["claim"] == (claim.value if claim else None)
        assert (row["sent"] is None) == (state.sent is None)
        # later answers may take a reinstatement back only by removing again
        assert row["reinstated"] == (state.reinstated is not None)
        assert row["withdrawn"] == (state.withdrawn is not None)
        assert row["upheld"] == (state.contest is not None and state.contest.step is Step.CONTEST_UPHELD)
        assert row["contested"] == (state.contest is not None)
        if state.claim and state.claim.step in TAKEN_DOWN:
            assert row["claim_at"] == state.claim.at


def test_a_sheet_is_guessed_and_the_guess_can_be_filled_in() -> None:
    sheet = pl.read_csv(SHEET / "referrals.csv", infer_schema=False)
    guess = guess_mapping(sheet.columns, {name: sheet[name].to_list() for name in sheet.columns})
    assert [rows["table"] for rows in guess.mapping["rows"]].count("referral_events") >= 4
    assert any("how are its times written" in gap for gap in guess.gaps)
    answers = next(rows for rows in guess.mapping["rows"] if "values" in rows["columns"].get("step", {}))
    assert answers["columns"]["step"]["values"] == {
        "removed": "removed", "declined": "declined", "geo-blocked": "access_disabled", "more information": "returned"
    }  # fmt: skip
    import tomllib

    text = mapping_toml(guess).replace('zone = ""', 'zone = "Europe/Berlin"')
    assert {rows.table for rows in parse_mapping(tomllib.loads(text))} == {"referrals", "referral_events"}


def test_survey_shares() -> None:
    none = Strata(np.zeros(0), np.zeros(0), np.zeros(0))
    assert stratified(none) == (None, None, None)
    one = stratified(Strata(np.array([3.0]), np.array([60.0]), np.array([400.0])))
    assert one[0] == pytest.approx(0.05)
    plain = proportion(3, 60)
    assert one[1] == pytest.approx(plain[1], abs=0.01)
    assert one[2] == pytest.approx(plain[2], abs=0.01)
    value, low, high = stratified(Strata(np.zeros(2), np.array([10.0, 10.0]), np.array([10.0, 90.0])))
    assert value == low == 0.0
    assert high is not None
    assert high > 0.2, "no hit is no certainty"
    assert clustered(np.array([1.0]), np.array([2.0])) == (None, None, None)
    alike, lumpy = clustered(np.full(20, 2.0), np.full(20, 4.0)), clustered(np.repeat([4.0, 0.0], 10), np.full(20, 4.0))
    assert alike[0] == lumpy[0] == 0.5
    assert lumpy[1] is not None
    assert alike[1] is not None
    assert lumpy[1] < alike[1], "what comes in lumps is worth less"
