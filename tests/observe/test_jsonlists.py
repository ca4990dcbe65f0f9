"""Lists inside of JSON documents, streamed: the same as the standard library reads, whatever the block."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe.tabular import jsonlists
from actionday.observe.tabular.jsonlists import REST, read_lists

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ITEM = st.fixed_dictionaries({"a": TEXT, "b": st.none() | st.integers(-(2**62), 2**62)})
DOCUMENT = st.fixed_dictionaries(
    {
        "head": TEXT,
        "in": st.fixed_dictionaries({"list": st.lists(ITEM, max_size=4)}),
        "list": st.lists(ITEM, max_size=4),
        "tail": TEXT,
    }
)
SHAPE = {"a": "VARCHAR", "b": "BIGINT"}
ENDS = {"head": "VARCHAR", "tail": "VARCHAR"}


def rows(path: Path, *lists: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in (*lists, REST)}
    for block in read_lists(path, dict.fromkeys(lists, SHAPE), ENDS):
        assert block.refused == []
        found[block.name] += block.frame.drop("row").to_dicts()
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(DOCUMENT, min_size=1, max_size=3), block=st.integers(1, 200), indent=st.sampled_from([None, 1])
)
def test_documents_are_read_as_the_standard_library_reads_them(
    tmp_path: Path, documents: list[dict[str, Any]], block: int, indent: int | None
) -> None:
    path = tmp_path / "x.json"
    path.write_text("\n".join(json.dumps(one, indent=indent, ensure_ascii=False) for one in documents), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonlists, "BLOCK", block)
        found = rows(path, "list", "in.list")
    assert found["list"] == [item for one in documents for item in one["list"]]
    assert found["in.list"] == [item for one in documents for item in one["in"]["list"]]
    assert found[REST] == [{"head": one["head"], "tail": one["tail"]} for one in documents]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(ITEM, max_size=6), block=st.integers(1, 100))
def test_a_list_at_the_top_and_lines_give_the_same(tmp_path: Path, items: list[dict[str, Any]], block: int) -> None:
    path = tmp_path / "x.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonlists, "BLOCK", block)
        path.write_text(json.dumps(items), "utf-8")
        listed = rows(path, "")[""]
        path.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
        lines = [row for block_ in read_lists(path, {"": SHAPE}, SHAPE) for row in block_.frame.drop("row").to_dicts()]
    assert listed == lines == items


def test_a_list_without_a_shape_is_passed_over_and_secrets_are_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"head": "x", "skip": [{"a": "no"}], "list": [{"a": "1"}, {"a": }], "tail": "y"}')
    found = [
        (one.name, one.refused) for one in read_lists(path, {"skip": None, "list": SHAPE}, ENDS, unquoted=("list",))
    ]
    assert [name for name, _ in found] == ["list", REST]
    ((refused,),) = [told for _, told in found if told]
    assert (refused.raw, "not a JSON object" in refused.reason) == ("", True)


def test_what_lies_outside_of_lists_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlists, "REST_BYTES", 100)
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"list": [{"a": "1", "b": 2}], "tail": "y" * 200}))
    found = list(read_lists(path, {"list": SHAPE}, ENDS))
    assert [one.frame.height for one in found] == [1, 0]
    assert "outside of lists" in found[-1].refused[0].reason
