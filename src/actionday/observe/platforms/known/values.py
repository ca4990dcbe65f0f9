"""What a list's cells mean: kinds of hashes by their many names, values in one spelling, what is refused. Not for: reading files."""

import polars as pl
import pyarrow as pa

from actionday.observe.extract import extract_from_texts
from actionday.observe.reader import staged_schema
from actionday.observe.times import parse_times

KINDS = ("sha256", "md5", "pdq", "url", "url_md5")
"""Kinds that can be compared with what the archive keeps."""

WORDS = {
    "sha256": "sha256", "sha_256": "sha256", "hash_sha256": "sha256", "photo_sha256": "sha256",
    "md5": "md5", "hash_md5": "md5", "video_md5": "md5", "photo_md5": "md5",
    "pdq": "pdq", "hash_pdq": "pdq", "photo_pdq": "pdq",
    "url": "url", "uri": "url", "url_md5": "url_md5", "urlmd5": "url_md5",
}  # fmt: skip
"""What lists call them, in lower case with underscores: Tech Against Terrorism, Altitude, ThreatExchange, MISP."""

ROLES = ("value", "kind", "url", "label", "withdrawn", "listed_at", "quality")
"""Columns of text that a file is brought to before its cells are read; those it lacks are null."""

_HEX = {"sha256": 64, "pdq": 64, "md5": 32, "url_md5": 32}
_TRUE = ("true", "1", "yes", "y")
_AMBIGUOUS = "64 hex digits are SHA-256 or PDQ: say which, with --kind or a column `kind`"


def cells(frame: pl.DataFrame, kind: str | None) -> pl.DataFrame:
    """Add what each row means: `kind`, `value`, `target`, and `why` where it is refused. `kind` given holds for every row."""
    said = pl.col("value").str.strip_chars()
    frame = frame.with_columns(value=pl.when(said != "").then(said), url=pl.col("url").str.strip_chars())
    word = pl.col("kind").str.strip_chars().str.to_lowercase().str.replace_all(r"[ \-]", "_")
    given = pl.lit(kind, pl.String) if kind else pl.when(word != "").then(word.replace(WORDS))
    address = pl.col("value").is_null() & pl.col("url").is_not_null()
    frame = frame.with_columns(given=pl.when(address).then(pl.lit("url")).otherwise(given))
    frame = frame.with_columns(value=pl.coalesce("value", "url")).with_columns(kind=pl.coalesce("given", _guessed()))
    hexed = pl.col("value").str.to_lowercase()
    frame = frame.with_columns(value=pl.when(pl.col("kind") == "url").then("value").otherwise(hexed))
    return _with_targets(frame).with_columns(why=_why())


def _guessed() -> pl.Expr:
    """What a value without a kind can only be."""
    value = pl.col("value")
    return (
        pl.when(value.str.contains(r"(?i)^[0-9a-f]{32}$"))
        .then(pl.lit("md5"))
        .when(_is_address(value))
        .then(pl.lit("url"))
    )


def _is_address(value: pl.Expr) -> pl.Expr:
    return value.str.contains(r"(?i)^(h(tt|xx)ps?(://|\[)|www\.|t\.me/)")


def _why() -> pl.Expr:
    value, kind = pl.col("value"), pl.col("kind")
    wrong = [
        pl.when((kind == name) & ~value.str.contains(f"^[0-9a-f]{{{length}}}$")).then(
            pl.lit(f"{name} is {length} hex digits")
        )
        for name, length in _HEX.items()
    ]
    return pl.coalesce(
        pl.when(value.is_null()).then(pl.lit("neither a hash nor a URL")),
        pl.when(kind.is_null() & value.str.contains("^[0-9a-f]{64}$")).then(pl.lit(_AMBIGUOUS)),
        pl.when(kind.is_null()).then(pl.lit("neither a hash nor a URL")),
        pl.when(~kind.is_in(KINDS)).then(pl.lit("a kind of hash that nothing here is compared with: ") + kind),
        *wrong,
        pl.when((kind == "url") & pl.col("target").is_null()).then(pl.lit("no URL that leads anywhere")),
    )


def _with_targets(frame: pl.DataFrame) -> pl.DataFrame:
    """URLs as links in posts are written, and whom they lead to: the first find of each."""
    frame = frame.with_row_index("line")
    asked = frame.filter(pl.col("kind") == "url")
    finds = extract_from_texts(asked["value"].to_arrow().cast(pa.string()))
    found = (
        pl.DataFrame(pl.from_arrow(finds))
        .filter(pl.col("url").is_not_null())
        .unique("row", keep="first", maintain_order=True)
    )
    lines = asked["line"].gather(found["row"].cast(pl.UInt32))
    known = pl.DataFrame({"line": lines, "normal": found["url"], "target": found["target"]})
    frame = frame.join(known, "line", how="left", maintain_order="left")
    return frame.with_columns(value=pl.coalesce("normal", "value"), target=pl.coalesce("target", "normal"))


def staged(frame: pl.DataFrame, name: str, negative: bool) -> pa.Table:
    """Accepted rows as `known_content`. A time that is not understood is left out: nothing is compared by it."""
    listed = parse_times(frame["listed_at"]).at
    table = frame.select(
        pl.lit(name).alias("list"), "kind", "value",
        pl.when(pl.col("target").str.contains("^[a-z]+:.")).then("target").alias("target"),
        pl.col("label").str.strip_chars().replace("", None).alias("label"),
        pl.col("quality").cast(pl.Float64, strict=False).cast(pl.Int16, strict=False).alias("quality"),
        pl.lit(negative).alias("negative"),
        pl.col("withdrawn").str.strip_chars().str.to_lowercase().is_in(_TRUE).fill_null(value=False).alias("withdrawn"),
        listed.alias("listed_at"),
    ).to_arrow()  # fmt: skip
    schema = staged_schema("known_content")
    return pa.table([table[field.name].cast(field.type) for field in schema], schema=schema)
