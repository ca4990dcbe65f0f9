"""Extraction over whole tables: order, own, hrefs, context, odd input. Single forms are tested from docs/links.md."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.observe import extract
from actionday.observe.extract import FINDS, extract_from_texts, extract_links
from actionday.observe.reader import STAGED_POSTS
from actionday.stores.archive.schemas import TABLES

AT = datetime(2019, 11, 22, tzinfo=UTC)


def posts(*rows: dict[str, Any]) -> pa.Table:
    """Staged posts: what a row leaves out is a Telegram post of channel 1."""
    common = {"channel": "telegram:channel:1", "platform": "telegram", "at": AT, "kind": "original"}
    return pa.Table.from_pylist([common | {"native": str(n)} | row for n, row in enumerate(rows)], STAGED_POSTS)


def one(text: str, platform: str = "telegram") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extract_from_texts(pa.array([text]), platforms=pa.array([platform])).to_pylist()
    return found


def targets(text: str, platform: str = "telegram") -> list[str | None]:
    return [row["target"] for row in one(text, platform) if row["kind"] != "talk"]


def test_links_have_the_archives_schema_and_the_posts_context() -> None:
    staged = posts(
        {"text": "see t.me/alpha and @beta_name", "author": "telegram:account:5"},
        {"text": None},
        {"text": "https://t.me/gamma", "kind": "forward"},
    )
    links = extract_links(staged)
    assert links.schema == TABLES["links"].payload
    rows = links.to_pylist()
    assert [(r["post"], r["target"], r["own"], r["position"]) for r in rows] == [
        ("0", "telegram:@alpha", True, 0),
        ("0", "telegram:@beta_name", True, 1),
        ("2", "telegram:@gamma", False, 0),
    ]
    assert rows[0]["author"] == "telegram:account:5"
    assert rows[0]["at"] == AT


def test_hrefs_follow_the_text_and_do_not_repeat_it() -> None:
    hidden = ["https://t.me/alpha", "https://example.org/x", "https://example.org/x", "mailto:a@example.org"]
    rows = extract_links(posts({"text": "t.me/alpha on Threema", "hrefs": hidden})).to_pylist()
    assert [(r["kind"], r["url"]) for r in rows] == [
        ("url", "https://t.me/alpha"),
        ("url", "https://example.org/x"),
        ("talk", None),
    ]
    assert [r["position"] for r in rows] == [0, 1, 2]


def test_a_link_twice_in_the_text_counts_twice() -> None:
    assert targets("t.me/alpha t.me/alpha") == ["telegram:@alpha"] * 2


def test_no_posts_no_links() -> None:
    assert extract_links(posts()).num_rows == 0
    assert extract_from_texts(pa.array([], pa.string())).schema == FINDS


def test_names_are_local_where_servers_have_their_own() -> None:
    staged = posts(
        {"text": "hello @someone", "platform": "mastodon", "channel": "mastodon:account:me@social.example"},
        {"text": "hello @someone", "platform": "matrix", "channel": "matrix:channel:#r:x.org"},
        {"text": "hello @someone", "platform": "website", "channel": "website:channel:x.org"},
    )
    assert extract_links(staged)["target"].to_pylist() == ["mastodon:account:someone@social.example"]


@pytest.mark.parametrize(
    ("platform", "target"),
    [
        ("telegram", "telegram:@some_name"),
        ("twitter", "twitter:@some_name"),
        ("instagram", "instagram:@some_name"),
        ("gab", "gab:@some_name"),
    ],
)
def test_a_bare_name_is_on_the_posts_platform(platform: str, target: str) -> None:
    assert targets("by @Some_Name!", platform) == [target]


def test_without_platforms_a_bare_name_says_nothing() -> None:
    assert extract_from_texts(pa.array(["@some_name t.me/x"]))["target"].to_pylist() == ["telegram:@x"]


def test_a_jabber_id_on_xmpp_needs_no_mark() -> None:
    assert targets("write someone@example.org", "xmpp") == ["xmpp:account:someone@example.org"]
    assert targets("write someone@example.org") == []


@pytest.mark.parametrize("mark", ["\u200b", "\u200f", "\u202b", "\u2066", "\ufeff", "\u00ad", "\u2060"])
@pytest.mark.parametrize(
    "text", ["t{0}.{0}me/al{0}pha", "ht{0}tps:{0}//t.me/alpha{0}", "{0}@al{0}pha", "{0}t.me/alpha{0}"]
)
def test_invisible_marks_hide_nothing(text: str, mark: str) -> None:
    assert targets(text.format(mark)) == ["telegram:@alpha"]


@pytest.mark.parametrize(
    "end", [".", ",", "،", "؛", "؟", "。", "!", "?", ":", "…", ")", "»", "”", "'", "*", "\n", " ", "👍", "…и"]
)
def test_what_ends_a_sentence_ends_a_link(end: str) -> None:
    assert [row["url"] for row in one(f"see https://example.org/a{end} next")] == ["https://example.org/a"]


@pytest.mark.parametrize(
    "text",
    [
        "a@example.org",
        "first.last+tag@sub.example.co.uk, x",
        "mailto:someone@example.org",
        "<someone@example.org>",
        "someone@example.org:25",
    ],
)
def test_mail_is_no_handle(text: str) -> None:
    assert targets(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@alpha,@beta_b;@gamma", ["telegram:@alpha", "telegram:@beta_b", "telegram:@gamma"]),
        ("@alpha.Next", ["telegram:@alpha"]),
        ("@al", []),
        ("قناة@alphaهنا", ["telegram:@alpha"]),
        ("RT @Alpha: text", ["telegram:@alpha"]),
    ],
)
def test_handles_in_running_text(text: str, expected: list[str]) -> None:
    assert targets(text) == expected


@pytest.mark.parametrize(
    ("text", "platforms"),
    [
        ("Telegrams", {"telegram"}),
        ("Telegram's", {"telegram"}),
        ("mytelegramx", set()),
        ("#telegram", {"telegram"}),
        ("Twitter, Twitter and twitter", {"twitter"}),
        ("TELEGRAM", {"telegram"}),
        ("بالتليجرام", {"telegram"}),
        ("ماتريكس", {"matrix"}),
        ("в твиттере", {"twitter"}),
        ("use @telegram", set()),
        ("rocket.chat", {"rocketchat"}),
        ("https://rocket.chat/x", set()),
        ("on Matrix, Element and Signal", {"matrix", "signal"}),
        ("via Conversations.", {"xmpp"}),
        ("conversations with friends", set()),
        ("a signal to all", set()),
        ("il faut quitter la salle", set()),
        ("the Riot Act", set()),
        ("Opening Session", set()),
        ("join the session tomorrow morning", set()),
    ],
)
def test_talk(text: str, platforms: set[str]) -> None:
    assert {row["target_platform"] for row in one(text) if row["kind"] == "talk"} == platforms


@pytest.mark.parametrize(
    "host", ["medium.com", "www.threads.net", "odysee.com"], ids=lambda host: f"no fediverse: {host}"
)
def test_other_sites_write_at_names_too(host: str) -> None:
    assert targets(f"https://{host}/@someone") == [f"website:channel:{host.removeprefix('www.')}"]


def test_user_data_and_ports() -> None:
    (row,) = one("http://user:word@Example.org:8080/x")
    assert (row["target"], row["url"]) == ("website:channel:example.org", "http://example.org:8080/x")


def test_a_host_that_cannot_exist_has_no_target() -> None:
    assert [(r["kind"], r["target"]) for r in one("http://localhost:8000/x https://a.nosuchending")] == [
        ("url", None)
    ] * 2


def test_telephone_numbers_are_no_invites() -> None:
    assert [(r["kind"], r["target"]) for r in one("https://t.me/+4915112345678")] == [("url", None)]


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array(["t.me/alpha on Threema", "nothing", None, "@beta_b x.org/y", "https://t.me/+AbCdEfGh"] * 7)
    platforms = pa.array(["telegram"] * len(texts))
    whole = extract_from_texts(texts, platforms=platforms)
    monkeypatch.setattr(extract, "BLOCK", 3)
    assert extract_from_texts(texts, platforms=platforms).equals(whole)


def test_sliced_and_large_arrays_are_read_rightly() -> None:
    texts = pa.array(["x", "t.me/alpha", None]).slice(1)
    assert extract_from_texts(texts).to_pylist()[0]["row"] == 0
    assert extract_from_texts(texts.cast(pa.large_string())).num_rows == 1


FRAGMENTS = st.sampled_from(
    [
        "https://",
        "hxxp",
        "[.]",
        "t.me/",
        "@",
        "#",
        "!",
        ":",
        "/",
        "+",
        "example.org",
        "اسم",
        "имя",
        "\u200f",
        "٣",
        "(",
        ")",
        "[",
        "]",
        "%",
        "?",
        "&",
        "xmpp:",
        "matrix:r/",
        "Threema:",
        "x@y",
        "…",
        "🙂",
        "xn--",
        "..",
        "www.",
        "*",
        "\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(FRAGMENTS | st.text(max_size=4), max_size=12).map("".join), min_size=1, max_size=20))
def test_any_text_gives_sound_rows(texts: list[str]) -> None:
    clean = pa.array([text.encode("utf-8", "ignore").decode() for text in texts])
    platforms = pa.array(["telegram"] * len(texts))
    found = extract_from_texts(clean, platforms=platforms)
    assert found.equals(extract_from_texts(clean, platforms=platforms))
    seen = [0] * len(texts)
    for row in found.to_pylist():
        assert row["position"] == seen[row["row"]]
        seen[row["row"]] += 1
        assert row["kind"] in {"url", "invite", "handle", "address", "talk"}
        assert row["target_kind"] in {"account", "channel", "post", "site", None}
        assert row["target_platform"]
        if row["target"]:
            assert row["target"].startswith(f"{row['target_platform']}:")
        if row["kind"] in {"url", "invite"}:
            assert row["url"]
