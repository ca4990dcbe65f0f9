"""A process that records judgements one call after the other: `writer PLACE PERSON CALLS EACH [STATEMENT]`.

It says `open`, waits for a line, and then prints the head after every call. With a statement's number it kills itself
behind that statement of the first call, which no handler sees.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from tests.records.judging import SUBJECTS, judgement
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.people import ACTORS

from actionday.records import JudgementId


def write(at: str, person: int, calls: int, each: int, statement: int) -> None:
    """Record, and print what was acknowledged."""
    actor = ACTORS[person]
    with Place(at if "://" in at else Path(at)).open() as casebook:
        print("open", flush=True)
        sys.stdin.readline()
        if statement:
            die_behind(statement)
        for call in range(calls):
            made = [
                replace(
                    judgement(number, number % 6, 6, who=person),
                    id=JudgementId(f"j-{person}-{number}"),
                    a=replace(SUBJECTS[0], native=f"{person}-{number}"),
                )
                for number in range(call * each, (call + 1) * each)
            ]
            print(casebook.record(actor, made), flush=True)


def die_behind(statement: int) -> None:
    """End this process at once when so many statements were executed."""
    left = [statement]

    def count(*_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)


if __name__ == "__main__":
    place, *numbers = sys.argv[1:]
    who, many, size, last = [*map(int, numbers), 0][:4]
    write(place, who, many, size, last)
