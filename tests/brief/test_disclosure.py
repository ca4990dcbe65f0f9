"""What of an estimate may be printed."""

from actionday.brief.disclosure import Disclosed, disclose, veiled
from actionday.brief.vocabulary import word_of
from actionday.records import Estimate


def made(*estimates: Estimate, identified: bool | None = True) -> list[Disclosed]:
    return disclose([(e, word_of(e, "")) for e in estimates], identified=identified)


def survival(n: int, **group: str) -> Estimate:
    return Estimate("survival_7d", 0.5, 0.4, 0.6, "share", n, "km", group=group)


def test_fewer_than_five_subjects_lose_value_interval_and_n() -> None:
    (few,) = made(survival(3))
    assert (few.estimate.value, few.estimate.low, few.estimate.high) == (None, None, None)
    assert few.n == "n <5"


def test_a_small_group_takes_another_n_with_it_where_the_whole_is_printed() -> None:
    whole, a, b, c = made(survival(40), survival(3, kind="bot"), survival(7, kind="user"), survival(30, kind="channel"))
    assert [d.n for d in (whole, a, b, c)] == ["n = 40", "n <5", "n hidden", "n = 30"]
    assert b.estimate.value == 0.5, "only the count is withheld, not the share"


def test_shares_of_destinations_do_not_give_small_numerators_away() -> None:
    low, none = made(
        Estimate("denial_rate_7d", 0.15, 0.05, 0.36, "share", 20, "Wilson"),
        Estimate("denial_rate_1d", 0.0, 0.0, 0.16, "share", 20, "Wilson"),
    )
    assert low.estimate.value is None
    assert low.value_mark == "<5 of 20"
    assert none.estimate.value == 0.0


def test_comparisons_that_are_not_identified_lose_their_value_and_keep_their_bounds() -> None:
    change = Estimate("posts_change_original", 0.1, 0.05, 1.2, "ratio", 900, "m")
    (kept,) = made(change)
    (taken,) = made(change, identified=False)
    assert kept.estimate.value == 0.1
    assert (taken.estimate.value, taken.estimate.low, taken.estimate.high) == (None, 0.05, 1.2)
    assert taken.estimate.caveats[0].startswith("not identified")


def test_our_own_vantage_points_and_announcements_are_not_subjects() -> None:
    vantages, announced = made(
        Estimate("vantages_after", 2.0, 2.0, 2.0, "vantages", 3, "count"),
        Estimate("removals_announced", 3.0, 3.0, 3.0, "subjects", 2, "announced"),
    )
    assert (vantages.estimate.value, announced.estimate.value) == (2.0, 3.0)


def test_small_counts_in_caveats_are_veiled_and_other_numbers_stay() -> None:
    assert veiled("3 lost from sight, censored") == "<5 lost from sight, censored"
    assert veiled("fewer than 5 subjects (2)") == "fewer than 5 subjects (<5)"
    assert veiled("Regulation (EU) 2021/784, Art. 3(3)") == "Regulation (EU) 2021/784, Art. 3(3)"
    assert veiled("a look every 2 d; 13 lost; 0.3 of the mass") == "a look every 2 d; 13 lost; 0.3 of the mass"


def test_bounds_go_with_the_small_share_that_is_their_lower_end() -> None:
    def bounds(name: str) -> Estimate:
        return Estimate(name, None, 0.02, 0.6, "probability", 100, "aj", caveats=("0.020 if none of them returned",))

    _, small, _, large = made(
        Estimate("returned_7d_confirmed", 0.02, 0.01, 0.05, "probability", 100, "aj"),
        bounds("returned_7d_bounds"),
        Estimate("returned_30d_confirmed", 0.2, 0.1, 0.3, "probability", 100, "aj"),
        bounds("returned_30d_bounds"),
    )
    assert (small.estimate.low, small.estimate.high) == (None, None)
    assert small.value_mark == "<5 of 100"
    assert not any("0.020" in caveat for caveat in small.estimate.caveats)
    assert (large.estimate.low, large.estimate.high) == (0.02, 0.6)
