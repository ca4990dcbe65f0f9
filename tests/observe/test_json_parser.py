"""The parser's connections are renewed, and closed when it is done."""

import duckdb
import pytest

from actionday.observe.tabular.parser import USES, Parser


def test_a_connection_serves_some_blocks_and_is_then_closed() -> None:
    with Parser() as parser:
        served = [parser.connection() for _ in range(USES + 1)]
        assert len({id(one) for one in served[:USES]}) == 1
        assert served[USES].execute("SELECT 7").fetchall() == [(7,)]
        with pytest.raises(duckdb.ConnectionException):
            served[0].execute("SELECT 7")
    with pytest.raises(duckdb.ConnectionException):
        served[USES].execute("SELECT 7")
