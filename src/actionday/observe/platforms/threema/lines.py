"""An exported chat's text to messages, block by block: ``[date] words``, where words may go on over several lines.

The date stands in the form of the telephone's language, numbers only; digits and marks of other scripts are understood. Which number
is the day is told by the whole file (a number above twelve, a full stop between) or by a person. Not for: who wrote what.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from actionday.observe.times import fold_digits

BLOCK = 4 << 20
LONGEST = 1 << 20
"""Characters of the longest message that is read."""
TOO_LONG, NOT_UTF8, LOOSE = (
    "a message longer than a million characters",
    "bytes that are no UTF-8",
    "no message: no date stands before it",
)
_MARKS = r"[\x{200e}\x{200f}\x{61c}]*"
_N, _S = rf"{_MARKS}(\p{{Nd}}{{1,2}}){_MARKS}", r"\s?[./-]\s?"
_CLOCK = r"(\p{Nd}{1,2})[:.h](\p{Nd}{2})(?:[:.](\p{Nd}{2}))?"
DATE = rf"^\[{_MARKS}(\p{{Nd}}{{1,4}}){_MARKS}({_S}){_N}{_S}{_MARKS}(\p{{Nd}}{{1,4}})\.?{_MARKS}[,\x{{60c}}]?\s{{1,2}}{_MARKS}{_CLOCK}{_MARKS}\s?([^\]\d\n]{{0,8}})\] "
"""What a message begins with: three numbers of a day, a clock, perhaps the half of the day."""
FILE = (
    r"(?s)^(?:(.*) )?<([0-9a-f]{16}-[^<>\n/\\]{1,200}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\.\w{1,5}"
    r"|threema-\d{8}-\d{6}[^<>\n/\\]{0,200})>$"
)
"""What a message with a file ends with, by the names that the app gives: the message's id and a name, its UUID and a suffix, or the time."""
_WRITER = r"^([^\n]{1,200}?): "
_PARTS = ("a", "sep", "b", "c", "hour", "minute", "second", "half")
_HALVES = {"am": 0, "a.m.": 0, "ص": 0, "": 0, "pm": 12, "p.m.": 12, "م": 12}


def messages(path: Path) -> Iterator[pl.DataFrame]:
    """Frames of whole messages: `row` (its number in the file, from 1), `said` (from the bracket on), `fault` (null: none)."""
    held: list[str] = []  # the last message of the block before: it may go on
    row, dropping = 0, False
    for text, last in _blocks(path):
        lines = pl.Series("line", [*held, *text.split("\n")], dtype=pl.String)
        begins = lines.str.contains(DATE)
        frame = pl.DataFrame({"line": lines.str.strip_chars_end("\r"), "at": begins.cast(pl.Int64).cum_sum()})
        if dropping:
            frame = frame.filter(pl.col("at") > 0)
        whole = frame.group_by("at", maintain_order=True).agg(pl.col("line").str.join("\n").alias("said"))
        if not last and whole.height:
            open_at = whole["at"][-1]
            held = frame.filter(pl.col("at") == open_at)["line"].to_list()
            dropping = sum(map(len, held)) > LONGEST  # told now, and the rest of it left
            if not dropping:
                whole = whole.filter(pl.col("at") != open_at)
            else:
                held = []
        whole = whole.filter(pl.col("said").str.strip_chars() != "")
        yield _judged(whole, row)
        row += whole.height


def _judged(whole: pl.DataFrame, before: int) -> pl.DataFrame:
    said = pl.col("said")
    fault = (
        pl.when(pl.col("at") == 0)
        .then(pl.lit(LOOSE))
        .when(said.str.len_chars() > LONGEST)
        .then(pl.lit(TOO_LONG))
        .when(said.str.contains("\ufffd", literal=True))
        .then(pl.lit(NOT_UTF8))
    )
    numbers = pl.int_range(1, pl.len() + 1, dtype=pl.Int64) + before
    return whole.select(numbers.alias("row"), said.str.strip_chars_end("\n"), fault.alias("fault"))


def _blocks(path: Path) -> Iterator[tuple[str, bool]]:
    """Whole lines, and whether they are the last. A line without end is cut: it is refused anyway."""
    tail = b""
    with path.open("rb") as file:
        while data := file.read(BLOCK):
            tail = (tail + data)[: 4 * LONGEST + BLOCK] if b"\n" not in data else tail + data
            cut = tail.rfind(b"\n")
            if cut >= 0:
                yield tail[:cut].decode("utf-8-sig", "replace"), False
                tail = tail[cut + 1 :]
    yield tail.decode("utf-8-sig", "replace"), True


def writers(words: pl.Series) -> pl.Series:
    """Who stands before the words; nobody before a file, where the exporter puts nobody."""
    frame = words.rename("words").to_frame()
    return frame.select(
        pl.when(~pl.col("words").str.contains(FILE)).then(pl.col("words").str.extract(_WRITER, 1))
    ).to_series()


def without_writers(words: pl.Series, named: pl.Series) -> pl.Series:
    """The words alone."""
    frame = pl.DataFrame({"words": words, "named": named})
    bare = pl.col("words").str.replace(_WRITER, "")
    return frame.select(pl.when(pl.col("named").is_not_null()).then(bare).otherwise("words")).to_series()


def dated(said: pl.Series) -> pl.DataFrame:
    """The parts of the dates, as numbers: `a`, `b`, `c` of the day, `sep`, `hour` of 24, `minute`, `second`; null where not understood."""
    heads = said.str.extract(r"^(\[[^\]\n]{0,80}\] )", 1)
    parts = fold_digits(heads).str.replace(r"\]$", "] ").str.extract_groups(DATE).struct.rename_fields(list(_PARTS))
    cut = parts.struct.unnest()
    half = (
        pl.col("half").str.strip_chars().str.to_lowercase().replace_strict(_HALVES, default=None, return_dtype=pl.Int64)
    )
    hour, marked = pl.col("hour").cast(pl.Int64), pl.col("half").str.strip_chars() != ""
    of_day = pl.when(marked).then(pl.when(hour.is_between(1, 12)).then(hour % 12 + half)).otherwise(hour)
    return cut.select(
        pl.col("a", "b", "c").cast(pl.Int64),
        pl.col("a").str.len_chars().alias("width"),
        pl.col("sep").str.strip_chars(),
        of_day.alias("hour"),
        pl.col("minute").cast(pl.Int64),
        pl.col("second").cast(pl.Int64).fill_null(0),
    )


def order_of(dates: pl.DataFrame) -> set[str]:
    """Orders that these dates prove: four digits first, a number above twelve, a full stop between."""
    short = dates.filter(pl.col("width") < 3)
    found = set()
    if dates.filter(pl.col("width") == 4).height:
        found.add("ymd")
    if short.filter((pl.col("a") > 12) | (pl.col("sep") == ".")).height:
        found.add("dmy")
    if short.filter((pl.col("b") > 12) & (pl.col("sep") != ".")).height:
        found.add("mdy")
    return found


def walls(dates: pl.DataFrame, order: str) -> pl.Series:
    """Wall-clock times as ISO texts, null where a date is none."""
    places = {"dmy": ("c", "b", "a"), "mdy": ("c", "a", "b"), "ymd": ("a", "b", "c")}[order]
    year, month, day = (pl.col(name) for name in places)
    full = pl.when(year < 100).then(year + 2000).otherwise(year)
    clock = (pl.col(name).cast(pl.String).str.zfill(2) for name in ("hour", "minute", "second"))
    text = pl.concat_str(
        full.cast(pl.String), *(one.cast(pl.String).str.zfill(2) for one in (month, day)), separator="-"
    )
    return dates.select(pl.concat_str(text, pl.lit("T"), pl.concat_str(*clock, separator=":"))).to_series()
