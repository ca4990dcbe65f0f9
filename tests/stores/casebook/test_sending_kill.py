"""Senders that are killed anywhere: the recipient gets each referral at most once, and sent, not sent and in doubt cover them all."""

import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from tests.records.casework import CARA
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.days import DONE, HOST, A, C, day_at

from actionday.records import FixedClock, UsageError
from actionday.records.referral import ReferralEvent, Step
from actionday.stores.casebook import ReferralListing, Sending


def test_at_most_once_whenever_a_sender_is_killed(place: Place, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kills = max(int(request.config.getoption("--kills")) // 2, 1)
    post = tmp_path / "post"
    post.touch()
    dice = random.Random(7)
    day = day_at(place, *range(1, kills + 9))
    with day.casebook:
        made = [day.queue(number, campaign=None) for number in range(1, kills + 9)]
    died = sum(_killed(place, post, dice.randint(1, 60)) for _ in range(kills))
    assert died > kills / 2
    with place.open(FixedClock(DONE)) as casebook:
        received = Counter(post.read_text().split())
        stages = {line.referral: line.stage for line in casebook.referrals.list(A, ReferralListing())}
        assert set(stages) == set(made)
        assert set(received.values()) == {1}
        assert set(stages.values()) == {"queued", "in_doubt", "sent"}
        assert all(received[one] == 1 for one, stage in stages.items() if stage == "sent")
        assert all(received[one] == 0 for one, stage in stages.items() if stage == "queued")
        assert casebook.referrals.rebuild(A) == 0
        assert casebook.verify().fault is None
        doubtful = [one for one, stage in stages.items() if stage == "in_doubt"]
        while batch := casebook.referrals.take(C, Sending(HOST, 100, 10_000, 10_000)).taken:
            assert not {one.id for one in batch} & set(doubtful)  # nobody sends them again
        for number, one in enumerate(doubtful):  # a person settles them, by what the recipient has
            step = Step.SENT if received[one] else Step.NOT_SENT
            casebook.referrals.tell(C, one, ReferralEvent(f"s-settled-{number}", step, DONE, CARA))
        left = {line.stage for line in casebook.referrals.list(A, ReferralListing())}
        assert left <= {"sent", "not_sent", "in_doubt"}


def _killed(place: Place, post: Path, after: int) -> bool:
    """Send in a process of its own that is killed behind so many statements or acts. Returns whether it came to that."""
    child = os.fork()
    if not child:
        try:
            _send(place, post, after)
        except UsageError:
            os._exit(2)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _send(place: Place, post: Path, after: int) -> None:
    left = [after]

    def count(*_: object) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    with place.open(FixedClock(DONE)) as casebook:
        event.listen(Engine, "after_cursor_execute", count)
        while taken := casebook.referrals.take(C, Sending(HOST, 1, 10_000, 10_000)).taken:
            for one in taken:
                count()
                with post.open("a") as out:
                    out.write(one.id + "\n")
                    out.flush()
                    os.fsync(out.fileno())
                count()
                casebook.referrals.tell(C, one.id, ReferralEvent("s-" + os.urandom(8).hex(), Step.SENT, DONE, CARA))
