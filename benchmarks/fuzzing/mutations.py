"""Ways to damage a file that know its structure: bytes, lines, JSON, XML. Pure: the same bytes and random numbers give the same damage.

Not for: coverage guidance. What is damaged are small sound examples, so that most damage reaches past the first check.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]
"""Of (data, random numbers, examples to splice with)."""

LONG, DEEP = 200_000, 20_000
_BAD_UTF8 = (b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xc0\xaf", b"\xf0\x9f")
_RAW = re.compile(r'"@@raw(\d+)@@"')
_VALUES: tuple[str, ...] = (
    "null", "true", "false", "0", "-1", "1e400", "-1e400", "1e-400", "NaN", "Infinity", "9" * 400, "-" + "9" * 25,
    "9223372036854775807", "9223372036854775808", "1.5", "0.1e1", '""', '" "', r'"\ud800"', r'"\u0000"', r'"\udc00\ud800"',
    '"9999-99-99T99:99:99Z"', '"0000-00-00"', '"1969-12-31T23:59:59Z"', '"2019-10-27T02:30:00"', '"+275760-09-13"', '"NaN"',
    '"https://[::1"', '"javascript:ba()"', '"xmpp:ba@du?join"', '"../../etc"', '"<p>ba</p><script>"', r'"a\u202eb"', "[]", "{}",
    "[null]", '[""]', "[[]]", '{"":""}', '{"id":{"id":{}}}', "[1,\"2\",{},[]]",
)  # fmt: skip


def mutate(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """One to three mutations; what is compressed is damaged inside in two cases of three."""
    if data[:2] == b"\x1f\x8b" and rng.random() < 0.67:
        try:
            return gzip.compress(mutate(gzip.decompress(data), rng, others), 1, mtime=0)
        except (OSError, EOFError, zlib.error):
            pass
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(_fitting(data))(data, rng, others)
    return data


def _fitting(data: bytes) -> list[Mutation]:
    """Half of the draws go to what knows the structure."""
    known: list[Mutation] = []
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"[") or b"= [" in head[:200]:
        known = [json_value, json_value, json_value, json_duplicate, json_drop, json_swap]
    elif b"<" in head[:400]:
        known = [xml_text, xml_tag, xml_tag, xml_attribute, xml_bomb, xml_nest]
    elif b"\n" in head:
        known = [lines, field, field, field]
    plain: list[Mutation] = [flip, cut, splice, insert, bad_text, numbers, repeat, remove, lines, recode]
    return known * max(1, len(plain) // max(1, len(known))) + plain


def _spot(data: bytes, rng: Random) -> int:
    return rng.randrange(len(data) + 1)


def flip(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Bits turned."""
    out = bytearray(data)
    for _n in range(rng.choice((1, 1, 3, 30)) if out else 0):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def cut(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Truncated, mostly at the end."""
    at = _spot(data, rng)
    return data[:at] if rng.random() < 0.8 else data[at:]


def splice(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """The head of this and the tail of another example."""
    other = rng.choice(others) if others else data
    return data[: _spot(data, rng)] + other[_spot(other, rng) :]


def insert(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Noise, brackets without end, or a run of one byte."""
    at = _spot(data, rng)
    what = rng.choice(
        (rng.randbytes(rng.choice((1, 8, 300))), b"[" * DEEP, b'{"a":' * DEEP, b"<a>" * DEEP, b"\0" * 4096, b" " * LONG)
    )
    return data[:at] + what + data[at:]  # fmt: skip


def bad_text(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Bytes that are no UTF-8."""
    at = _spot(data, rng)
    return data[:at] + rng.choice(_BAD_UTF8) + data[at:]


def numbers(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Some numbers become others: huge, negative, fractions, words."""
    fresh = rng.choice(
        (b"9" * 400, b"-1", b"0", b"1e308", b"1e999", b"18446744073709551616", b"1.5", b"ba", b"99999999999")
    )
    share = rng.choice((0.02, 0.2, 1.0))
    return re.sub(rb"\d+", lambda m: fresh if rng.random() < share else m[0], data)


def repeat(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A piece stands there many times."""
    one, two = sorted((_spot(data, rng), _spot(data, rng)))
    times = rng.choice((2, 3, 50))
    return (data[:one] + data[one:two] * times + data[two:])[: 4 << 20]


def remove(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A piece is missing."""
    at = _spot(data, rng)
    return data[:at] + data[at + rng.choice((1, 1, 10, 500)) :]


def recode(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Another encoding, a mark in front, other line ends."""
    text = data.decode("utf-8", "replace")
    return rng.choice((text.encode("utf-16"), text.encode("utf-32"), b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"), data.replace(b"\n", b"\r"), text.encode("latin-1", "replace")))  # fmt: skip


def lines(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """Lines are swapped, doubled, left out, or come from another example."""
    rows = data.split(b"\n")
    way, at = rng.randrange(4), rng.randrange(len(rows))
    if way == 0:
        rng.shuffle(rows)
    elif way == 1:
        rows[at:at] = [rows[at]] * rng.choice((1, 100))
    elif way == 2:
        del rows[at]
    else:
        rows.insert(at, rng.choice((rng.choice(others) if others else data).split(b"\n")))
    return b"\n".join(rows)


def field(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """One field of a separated line becomes something else, or quotes do not fit."""
    rows = data.split(b"\n")
    at = rng.randrange(len(rows))
    separator = max((b",", b"\t", b";", b" "), key=rows[0].count)
    cells = rows[at].split(separator)
    cells[rng.randrange(len(cells))] = rng.choice((b"", b'"', b'"ba', b"9" * 400, b"\xff", b"x" * LONG, b"=1+1", b"NULL", b"1e400", b"0000-00-00", b'"a""b"', b"\0"))  # fmt: skip
    rows[at] = separator.join(cells)
    return b"\n".join(rows)


def _json(data: bytes, change: Callable[[Any], object]) -> bytes:
    """Parse (a line of it, where it is lines), let `change` alter it in place, write; unchanged where it is no JSON."""
    found = re.match(rb"[^\[{]{0,200}", data)
    head, body = data[: found.end() if found else 0], data[found.end() if found else 0 :]
    try:
        whole = json.loads(body)
        change(whole)
        return head + _written(whole)
    except (ValueError, RecursionError, IndexError):
        pass
    rows = body.split(b"\n")
    for number, row in enumerate(rows):
        try:
            one = json.loads(row)
            change(one)
        except (ValueError, RecursionError, IndexError):
            continue
        rows[number] = _written(one)
        break
    return head + b"\n".join(rows)


def _written(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False)
    return _RAW.sub(lambda m: _raw(int(m[1])), text).encode("utf-8", "surrogatepass")


def _raw(number: int) -> str:
    special = ('"' + "ba " * (LONG // 3) + '"', "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP)
    return (*_VALUES, *special)[number]


def _nodes(value: object) -> list[tuple[Any, Any]]:
    """(container, key) of every value inside."""
    found: list[tuple[Any, Any]] = []
    left: list[Any] = [value]
    while left:
        one = left.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            left.append(one[key])
    return found


def json_value(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """One value becomes another, mostly of another type; or the same key's value everywhere."""

    def change(whole: object) -> None:
        nodes = _nodes(whole)
        place, key = rng.choice(nodes)
        fresh = f"@@raw{rng.randrange(len(_VALUES) + (3 if rng.random() < 0.2 else 0))}@@"
        everywhere = rng.random() < 0.2 and isinstance(key, str)
        for where, name in nodes if everywhere else [(place, key)]:
            if name == key:
                where[name] = fresh

    return _json(data, change)


def json_duplicate(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A key stands there twice, with two values."""
    keys = list(re.finditer(rb'"([^"\\\n]{1,40})"\s*:', data))
    if not keys:
        return data
    one = rng.choice(keys)
    return data[: one.start()] + one[0] + _raw(rng.randrange(len(_VALUES))).encode("utf-8", "surrogatepass") + b"," + data[one.start() :]  # fmt: skip


def json_drop(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A key or an element is missing, or has another name."""

    def change(whole: object) -> None:
        place, key = rng.choice(_nodes(whole))
        value = place.pop(key)
        if isinstance(place, dict) and rng.random() < 0.3:
            place[rng.choice((key.upper(), "", key + " ", "\u202e" + key))] = value

    return _json(data, change)


def json_swap(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Two values change places, or one is put into a list or an object."""

    def change(whole: object) -> None:
        nodes = _nodes(whole)
        (a, i), (b, j) = rng.choice(nodes), rng.choice(nodes)
        if rng.random() < 0.5:
            a[i] = rng.choice(([a[i]], {"ba": a[i]}, [a[i], a[i]]))
        else:
            a[i], b[j] = json.loads(json.dumps(b[j])), json.loads(json.dumps(a[i]))

    return _json(data, change)


def _at_tag(data: bytes, rng: Random) -> re.Match[bytes] | None:
    tags = list(re.finditer(rb"<(/?)([A-Za-z][\w:.-]*)[^<>]*>", data))
    return rng.choice(tags) if tags else None


def xml_tag(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """A tag is missing, doubled, closed twice, or called differently."""
    found = _at_tag(data, rng)
    if found is None:
        return data
    tag = found[0]
    fresh = rng.choice((b"", tag * 2, b"</" + found[2] + b">", tag.replace(found[2], b"ba:du"), tag.replace(b"xmlns", b"x"), tag[:-1], tag * 3_000))  # fmt: skip
    return data[: found.start()] + fresh + data[found.end() :]


def xml_text(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Text that XML cannot hold, or very much of it."""
    found = _at_tag(data, rng)
    at = found.end() if found else 0
    fresh = rng.choice((b"&#0;", b"&#xFFFF;", b"&ba;", b"<![CDATA[ba", b"<!-- -- -->", b"<?ba", b"\x0b", b"]]>", b"ba " * LONG, b"&amp;" * 9_000))  # fmt: skip
    return data[:at] + fresh + data[at:]


def xml_attribute(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """An attribute's value becomes another."""
    found = list(re.finditer(rb"=(['\"])[^'\"<>]*\1", data))
    if not found:
        return data
    one = rng.choice(found)
    fresh = rng.choice(
        (
            b"",
            b"9" * 400,
            b"&lt;",
            b"<",
            b"x" * LONG,
            b"2019-02-30T25:61:61Z",
            b"@",
            b"ba@",
            b"\xff",
            b"http://[",
            b"&ba;",
        )
    )
    return data[: one.start()] + b"=" + one[1] + fresh + one[1] + data[one.end() :]


def xml_bomb(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Entities that would grow without end, or that name a file."""
    grown = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(12))
    bomb = rng.choice((b'<!DOCTYPE a [<!ENTITY e0 "ba">' + grown + b"]>", b'<!DOCTYPE a [<!ENTITY e12 SYSTEM "file:///etc/hostname">]>', b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'))  # fmt: skip
    start = data.find(b"?>") + 2 if data.lstrip().startswith(b"<?xml") else 0
    found = _at_tag(data, rng)
    at = max(found.end() if found else 0, start)
    return data[:start] + bomb + data[start:at] + b"&e12;" + data[at:]


def xml_nest(data: bytes, rng: Random, _: Sequence[bytes]) -> bytes:
    """Elements in elements, very deep."""
    found = _at_tag(data, rng)
    at, depth = found.end() if found else 0, rng.choice((200, 300, DEEP))
    return data[:at] + b"<ba>" * depth + (b"</ba>" * depth if rng.random() < 0.5 else b"") + data[at:]
