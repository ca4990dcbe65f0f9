"""Short multilingual texts with planted links, for the link benchmark. Harmless syllables, seeded, columnar.

About 30 % of the texts carry one or two links, handles or addresses; 3 % carry an e-mail address, a number or an
abbreviation that is none. Latin, Arabic and Cyrillic, some links touching the text, some with invisible marks.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

LATIN = "ba be di do fa ka ke lo ma mi na ne po ra ri sa se ta ti va wi za"
CYRILLIC = "ба бе ва ви го да де жа за зе ка ке ки ла ма на не по ра си та ти"
ARABIC = "با بي تا دا دي را زا سا شا طا عا فا في قا كا لا ما نا ها وا"
POOL = 100_000
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Planted:
    """The texts and how many finds were planted in each."""

    texts: pa.Array
    counts: Ints


def _pool(rng: np.random.Generator) -> pl.Series:
    """Sentences of 3 to 28 words; 60 % Latin, 20 % Cyrillic, 20 % Arabic."""
    lexicons = []
    for syllables, size in ((LATIN, 20_000), (CYRILLIC, 15_000), (ARABIC, 10_000)):
        parts = np.array(syllables.split())
        lexicons.append(["".join(rng.choice(parts, rng.integers(1, 5))) for _ in range(size)])
    out = []
    for kind in rng.choice(3, POOL, p=[0.6, 0.2, 0.2]):
        words = lexicons[kind]
        picks = (len(words) * rng.random(rng.integers(3, 29)) ** 2).astype(np.int64)
        out.append(" ".join([words[i] for i in picks]))
    return pl.Series("pool", out)


def _links(rng: np.random.Generator, n: int) -> pl.Series:
    """`n` links of the shapes that posts carry, in the given shares."""
    a, b = (pl.Series(rng.integers(1, 99_999, n)).cast(pl.String) for _ in range(2))
    code = pl.Series(rng.integers(1 << 40, 1 << 53, n)).cast(pl.String)
    site = pl.Series(rng.integers(1, 999, n)).cast(pl.String)
    frame = pl.DataFrame({"a": a, "b": b, "c": code, "s": site, "z": rng.random(n)})
    forms = (
        (0.25, "https://t.me/chan_{a}/{b}"),
        (0.35, "t.me/+A{c}"),
        (0.42, "https://t.me/joinchat/A{c}"),
        (0.50, "hxxps://t[.]me/joinchat/A{c}"),
        (0.56, "hxxp://example{s}[.]com/p?id={a}"),
        (0.62, "https://matrix.to/#/#room{s}:example.org"),
        (0.80, "@handle_{a}"),
        (0.90, "https://www.example{s}.org/a/b_{a}.html?utm_source=x&y=1"),
        (0.94, "@user{s}:example.org"),
        (0.97, "xmpp:room{s}@conference.example.org?join"),
        (1.01, "example{s}.net/watch"),
    )
    chosen = pl.lit(None, pl.String)
    for limit, form in reversed(forms):
        columns = [part.split("}")[0] for part in form.split("{")[1:]]
        text = pl.format(
            "".join("{}" + p.partition("}")[2] if i else p for i, p in enumerate(form.split("{"))), *columns
        )
        chosen = pl.when(pl.col("z") < limit).then(text).otherwise(chosen)
    return frame.select(chosen.alias("link"))["link"]


def planted_texts(n: int, *, seed: int = 11) -> Planted:
    """`n` texts, and how many finds each carries. The same `n` and seed give the same texts."""
    rng = np.random.default_rng(seed)
    pool, draw = _pool(rng), rng.random(n)
    counts = np.where(draw < 0.2, 1, np.where(draw < 0.3, 2, 0)).astype(np.int64)
    ends = pl.Series([" ", " ", " ", ". ", ", ", ") ", "\n"])
    pieces = {"text": pool[rng.integers(0, POOL, n)]}
    for number in (1, 2):
        tail = pool[rng.integers(0, POOL, n)].str.slice(0, 25)
        end = ends[rng.integers(0, len(ends), n)]
        pieces[f"with{number}"] = " " + _links(rng, n) + end + tail
    frame = pl.DataFrame({**pieces, "k": counts, "draw": draw})
    text = pl.col("text") + pl.when(pl.col("k") > 0).then(pl.col("with1")).otherwise(pl.lit(""))
    text = text + pl.when(pl.col("k") > 1).then(pl.col("with2")).otherwise(pl.lit(""))
    decoy = pl.col("draw").is_between(0.30, 0.33)
    text = text + pl.when(decoy).then(pl.lit(" mail: a.b@example.com 3.14 v1.2.3 e.g. etc.")).otherwise(pl.lit(""))
    return Planted(frame.select(text.alias("t"))["t"].to_arrow().cast(pa.large_string()), counts)
