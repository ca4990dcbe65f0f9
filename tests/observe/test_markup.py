"""HTML of posts to text and targets: what Mastodon, Friendica and GNU social write, what is hostile, and the way back."""

import html
from html.parser import HTMLParser

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.observe.markup import HREFS, as_html, plain_text

LINK = (
    '<p>Lorem <a href="https://example.org/long/path?a=1&amp;b=2" rel="nofollow noopener" target="_blank">'
    '<span class="invisible">https://</span><span class="ellipsis">example.org/long</span>'
    '<span class="invisible">/path?a=1&amp;b=2</span></a></p>'
)
MENTION = (
    '<p><span class="h-card" translate="no"><a href="https://other.example/@Amet" class="u-url mention">'
    "@<span>Amet</span></a></span> sit</p>"
)


def one(markup: str) -> tuple[str, list[str] | None]:
    plain = plain_text(pa.array([markup]))
    return plain.text[0].as_py(), plain.hrefs[0].as_py()


@pytest.mark.parametrize(
    ("markup", "text", "hrefs"),
    [
        ("lorem", "lorem", None),
        ("<p>lorem</p><p>ipsum<br>dolor<br />sit</p>", "lorem\n\nipsum\ndolor\nsit", None),
        (LINK, "Lorem https://example.org/long/path?a=1&b=2", ["https://example.org/long/path?a=1&b=2"]),
        (MENTION, "@Amet@other.example sit", None),
        ('@<a href="https://q.example/user/9" class="h-card mention" title="Ba B">ba</a> x', "@ba@q.example x", None),
        ('@<a href="https://q.example/ba" class="mention">ba</a>', "@ba@q.example", None),
        ('RT @<a href="https://f.example/profile/ba" class="mention">@<span>ba</span></a>', "RT @ba@f.example", None),
        (
            '<a class="u-url mention" data-user="9" href="https://a.example/users/ba">@<span>ba</span></a>',
            "@ba@a.example",
            None,
        ),
        ('<a href="https://a.example/@ba" class="u-url mention">@ba@a.example</a>', "@ba@a.example", None),
        ('#<a href="https://a.example/tags/x" class="mention hashtag" rel="tag"><span>x</span></a>', "#x", None),
        ('<a href="/a" rel="nofollow tag">x</a><a href="/b" rel="noopener">y</a>', "xy", ["/b"]),
        ('<a title="a > b" href=\'https://a.example/?q="\'>x</a>', "x", ['https://a.example/?q="']),
        ("<a href=https://a.example/x>x</a>", "x", ["https://a.example/x"]),
        ('<a data-href="https://a.example/no">x</a>', "x", None),
        ('<a href="javascript:alert(1)">x</a><a href="#top">y</a><a href="">z</a>', "xyz", None),
        ("<script>alert('<p>')</script>x<style>p{}</style>y<!-- <b>no</b> -->z", "xyz", None),
        ("x<script>never closed", "x", None),
        ("x<!-- never closed", "x", None),
        ("&lt;b&gt;x&lt;/b&gt; &amp;lt; &#1587;&#x644;&nbsp;&hearts;", "<b>x</b> &lt; سل\xa0♥", None),
        ("&nosuch; & &#xD800; &#0;", "&nosuch; & \ufffd \ufffd", None),
        ("<p>a\n  b</p>\n\n<p>c</p>", "a b\n\nc", None),
        ("<pre>a\n  b</pre>", "a\n  b", None),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc", None),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b", None),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2", None),
        ("x <b unclosed", "x", None),
        ("<P>A<BR/>B</P>", "A\nB", None),
        ("", "", None),
    ],
)
def test_markup_is_read(markup: str, text: str, hrefs: list[str] | None) -> None:
    assert one(markup) == (text, hrefs)


def test_a_column_keeps_its_rows_and_nulls_count_as_empty() -> None:
    plain = plain_text(pa.array([None, "<p>a</p>", LINK, "b", None]))
    assert plain.text.to_pylist()[:2] == ["", "a"]
    assert [row is not None for row in plain.hrefs.to_pylist()] == [False, False, True, False, False]
    assert (plain.text.type, plain.hrefs.type) == (pa.string(), HREFS)
    empty = plain_text(pa.array([], pa.string()))
    assert (len(empty.text), len(empty.hrefs), empty.hrefs.type) == (0, 0, HREFS)


SIGNS = st.text(
    alphabet=st.sampled_from("ab <>&;\"'=/!-\n\t\r#xسлa😀\u200b") | st.characters(codec="utf-8"), max_size=60
)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.none() | SIGNS, max_size=8))
def test_what_is_written_as_html_reads_the_same(texts: list[str | None]) -> None:
    made = as_html(pa.array(texts, pa.string()))
    assert plain_text(made).text.to_pylist() == [text or "" for text in texts]


@settings(max_examples=60, deadline=None)
@given(
    targets=st.lists(
        st.none() | st.lists(SIGNS.map(lambda text: "https://a.example/" + text.strip() + "x"), min_size=1)
    )
)
def test_targets_survive_writing(targets: list[list[str] | None]) -> None:
    made = as_html(pa.array(["t"] * len(targets), pa.string()), pa.array(targets, HREFS))
    plain = plain_text(made)
    assert plain.hrefs.to_pylist() == targets
    assert plain.text.to_pylist() == ["t"] * len(targets)


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<br>",
        "<a href='u'>",
        '<a href="',
        "</a>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "&amp;",
        "&",
        "<",
        ">",
    ]
)


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(PIECES | SIGNS, max_size=12))
def test_arbitrary_markup_never_raises_and_leaves_no_known_tag(pieces: list[str]) -> None:
    text, _ = one("".join(pieces).replace("&", ""))  # what a character reference stands for is text
    assert not any(tag in text for tag in ("<p>", "</p>", "<br>", "<script>", "</a>"))


class _Stdlib(HTMLParser):
    """What the standard library makes of the same markup."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.targets += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


WORDS = st.text(alphabet="abcسля &<>\"'", min_size=1, max_size=20)
TAGS = st.sampled_from(["em", "strong", "span", "code", "del", "u"])


@settings(max_examples=60, deadline=None)
@given(spans=st.lists(st.tuples(TAGS, WORDS, st.none() | WORDS), max_size=6))
def test_well_formed_inline_markup_agrees_with_the_standard_library(spans: list[tuple[str, str, str | None]]) -> None:
    def span(tag: str, words: str, target: str | None) -> str:
        inner = f'<{tag} title="{html.escape(words)}">{html.escape(words)}</{tag}>'
        return inner if target is None else f'<a href="https://a.example/{html.escape(target.strip())}">{inner}</a>'

    markup = "".join(span(*each) for each in spans)
    parser = _Stdlib()
    parser.feed(markup)
    parser.close()
    text, hrefs = one(markup)
    assert text.split() == "".join(parser.said).split()
    assert (hrefs or []) == [target.strip() for target in parser.targets]
