"""Recall beside the peers', on inputs of the kinds that the peers document, and on the kinds that posts of the field hold.

The cases are our own sentences for the forms in the peers' documentation and tests (ural's text extraction; URLExtract's
finding, enclosure, IPv4, Markdown, letter case, port and scheme cases). Left out, with the reason: what a peer's own
tests call an unwanted find ("outside.In": two sentences), and e-mail addresses, which are no links here.
The peers are bench-only tools; without them only our side is tested.
"""

import importlib
import re
from collections.abc import Callable

import pyarrow as pa
import pytest

from actionday.observe.extract import extract_from_texts

PEER_KINDS = [
    ("kindly look at my page, https://one.example.eu/anna, it is new", ["https://one.example.eu/anna"]),
    ("as the paper said (https://paper.example.com/a-(b)-(c))", ["https://paper.example.com/a-(b)-(c)"]),
    (
        "the [Help desk](https://www.help.example.nl/), the [Other](http://www.other.example.com/) and/or [third](http://x.nl/).",
        ["https://www.help.example.nl/", "http://www.other.example.com/", "http://x.nl/"],
    ),
    (
        "What of https://monde.example.fr? http://www.monde.example.fr. Well http://www.monde.example.fr#?.",
        ["https://monde.example.fr", "http://www.monde.example.fr"],
    ),
    (
        "\"http://www.lib.example.fr\" and 'https://fig.example.fr'.",
        ["http://www.lib.example.fr", "https://fig.example.fr"],
    ),
    ("a [spaced]( https://fig.example.fr) link", ["https://fig.example.fr"]),
    ("[http://www.monde.example.fr]", ["http://www.monde.example.fr"]),
    ("via @paper http://foo.com/page_(place)#note-1 end", ["http://foo.com/page_(place)#note-1"]),
    ("short http://twib.in/l/xLzxjn and http://on.su.org/2rsPe", ["http://twib.in/l/xLzxjn", "http://on.su.org/2rsPe"]),
    ("\u2027anna.com", ["anna.com"]),
    ("word\u2027sub.anna.com", ["sub.anna.com"]),
    ("end of line http://anna.cz.", ["http://anna.cz"]),
    ("profile https://anna.com/@anna01/some-page", ["https://anna.com/@anna01/some-page"]),
    ("news from pravda.com.ua today", ["pravda.com.ua"]),
    ('<a href="https://www.anna.com/">a</a>', ["https://www.anna.com/"]),
    ('<a href="https://www.anna.com/deep/path/">b</a>', ["https://www.anna.com/deep/path/"]),
    ("https://anna.com/b/?id=74530&h=anna.com", ["https://anna.com/b/?id=74530&h=anna.com"]),
    ("hello https://anna.com/more.com again", ["https://anna.com/more.com"]),
    ("* item -https://www.anna.com", ["https://www.anna.com"]),
    ("https://www.anna.org/page/what'is-it", ["https://www.anna.org/page/what'is-it"]),
    ("http://ab.com/b.html https://ab.com/bb.html", ["http://ab.com/b.html", "https://ab.com/bb.html"]),
    ("http://0.0.0.0/b.io", ["http://0.0.0.0/b.io"]),
    ("http://123.45.67.89/run_it.do", ["http://123.45.67.89/run_it.do"]),
    ("<script src='//www.anna.com/file.js'>", ["www.anna.com/file.js"]),
    ("[https://anna.com/p|https://anna.com/q|smart]", ["https://anna.com/p", "https://anna.com/q"]),
    ("[http://anna.com|Anna]", ["http://anna.com"]),
    ("see anna.com|other", ["anna.com"]),
    ("http://annaAnna.cOM and http://annaAnna.COM", ["http://annaanna.com"]),
    ("several schemes, job:https://anna.co", ["https://anna.co"]),
    ("even more, link:job:https://anna.com/r", ["https://anna.com/r"]),
    ("svn+ssh://anna.com", ["svn+ssh://anna.com"]),
    (r"{\url{http://www.anna.com}}", ["http://www.anna.com"]),
    (r"{\url{http://www.anna.com/file.pdf}}", ["http://www.anna.com/file.pdf"]),
    (r"{\url{http://www.anna.com/{file.pdf}}", ["http://www.anna.com/{file.pdf"]),
    ('a(bc"encl.net/inner"de)fg', ["encl.net/inner"]),
    ("`https://anna.io/200`", ["https://anna.io/200"]),
    ("(encl.net/round) {encl.net/curly} [encl.net/square]", ["encl.net/round", "encl.net/curly", "encl.net/square"]),
    ("encl.net) or (encl.com or (encl.org)", ["encl.net", "encl.com", "encl.org"]),
    ("(en)c(anna.net", ["anna.net"]),
    ("stack.com)/my_page", ["stack.com"]),
    (
        "'encl.net/quote' \"encl.net/double\" \\encl.net/slash\\",
        ["encl.net/quote", "encl.net/double", "encl.net/slash"],
    ),
    ("ab(encl.net/inside)cd", ["encl.net/inside"]),
    ("So (http://de.anna.org/wiki/Agi_(Mana)) it", ["http://de.anna.org/wiki/Agi_(Mana)"]),
    ("x(http://de.anna.org/wiki/(Ag(it_(Man)em))) it", ["http://de.anna.org/wiki/(Ag(it_(Man)em))"]),
    (
        "x(encl.net/left x)encl.net/right x{encl.com x}encl.org",
        ["encl.net/left", "encl.net/right", "encl.com", "encl.org"],
    ),
    ("([sm.com.au])]", ["sm.com.au"]),
    ("http://127.0.0.1/ http://192.168.1.1/", ["http://127.0.0.1/", "http://192.168.1.1/"]),
    ("http://www.anna.edu.cn@8.8.8.8:51733/hn/", ["http://8.8.8.8:51733/hn/"]),
    ("ftp://anna@anna.com:123/test", ["ftp://anna.com:123/test"]),
    ("development at http://localhost:8000/", ["http://localhost:8000/"]),
    ("xx[http://bin.org/200](http://bin.org/210)tro", ["http://bin.org/200", "http://bin.org/210"]),
    (
        "[a name](https://anna.com/)\\n![i](https://anna.org/9x6px.jpg)",
        ["https://anna.com/", "https://anna.org/9x6px.jpg"],
    ),
    ("anna.com www.anna.com anna.Net ANNA.CZ http://Anna.COM", ["anna.com", "www.anna.com", "anna.net", "anna.cz"]),
]

FIELD_KINDS = [
    ("hxxps://t[.]me/joinchat/AAAAAE", ["https://t.me/joinchat/AAAAAE"]),
    ("hxxp://site[.]example[.]org/x", ["http://site.example.org/x"]),
    ("انظرhttps://t.me/alphaهنا", ["https://t.me/alpha"]),
    ("t.me/alpha،", ["t.me/alpha"]),
    ("h\u200bttps://t.\u200eme/al\u200bpha", ["https://t.me/alpha"]),
    ("смотриt.me/alpha", ["t.me/alpha"]),
    ("https://matrix.to/#/#room:example.org", ["https://matrix.to/#/#room:example.org"]),
]

PEERS = {"ural": "urls_from_text", "urlextract": "URLExtract"}


def key(url: str) -> str:
    """What makes two spellings one link: no scheme of the web, no user, lower-case host, no fragment (but #/), no end slash."""
    url = re.sub(r"^https?://", "", re.sub(r"(?<=://)[^/@]*@", "", url))
    host, _, rest = url.partition("/")
    rest = rest if "#/" in f"/{rest}" else rest.split("#")[0]
    return f"{host.split('#')[0].lower()}/{rest}".rstrip("/").rstrip("#?.")


def finder(name: str) -> Callable[[str], list[str]]:
    module = pytest.importorskip(name, reason=f"{name} is a bench-only tool and is not installed")
    found = getattr(importlib.import_module(module.__name__), PEERS[name])
    return (lambda text: list(found(text))) if name == "ural" else found().find_urls


def ours(text: str) -> list[str]:
    rows = extract_from_texts(pa.array([text])).to_pylist()
    return [row["url"] for row in rows if row["url"]]


def recall(find: Callable[[str], list[str]], cases: list[tuple[str, list[str]]]) -> float:
    wanted = [(key(url), {key(found) for found in find(text)}) for text, urls in cases for url in urls]
    return sum(url in found for url, found in wanted) / len(wanted)


@pytest.mark.parametrize(("text", "urls"), [*PEER_KINDS, *FIELD_KINDS], ids=lambda value: str(value)[:40])
def test_every_documented_kind_is_found(text: str, urls: list[str]) -> None:
    assert {key(url) for url in urls} <= {key(url) for url in ours(text)}


@pytest.mark.parametrize("name", PEERS)
def test_recall_is_no_peers_less(name: str) -> None:
    peer = finder(name)
    assert recall(ours, PEER_KINDS) >= recall(peer, PEER_KINDS)
    assert recall(ours, FIELD_KINDS) > recall(peer, FIELD_KINDS)
