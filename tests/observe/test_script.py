"""Scripts are told, languages are not guessed."""

import pyarrow as pa

from actionday.observe.script import scripts_of


def test_the_most_frequent_script_wins_and_too_little_is_null() -> None:
    texts = ["la li lo", "با بي تا t.me", "ба бе би", "٣٤٥ 123 …", "", None, "ab", "日本語の本", "ла ли la li lo lu"]
    want = ["und-Latn", "und-Arab", "und-Cyrl", None, None, None, None, "und-Hani", "und-Latn"]
    assert scripts_of(pa.array(texts, pa.string())).to_pylist() == want
    assert scripts_of(pa.array([], pa.string())).to_pylist() == []
