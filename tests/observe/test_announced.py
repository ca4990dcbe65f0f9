from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actionday.observe.platforms.announced.export import Announced
from actionday.observe.reader import Part, Refused, Source

FORMAT = Announced()
LINE = "1312 terrorist bots and channels banned on January, 27. Total this month: 16050\n"


def read(
    tmp_path: Path, content: str | bytes, name: str = "x.txt", mapping: dict[str, Any] | None = None
) -> tuple[list[dict[str, Any]], list[Refused]]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    chunks = list(FORMAT.read(Source(path, name, mapping=mapping), Part()))
    rows = [row for c in chunks if "announced" in c.tables for row in c.tables["announced"].to_pylist()]
    return rows, [r for c in chunks for r in c.refused]


def test_the_line_with_a_declared_year(tmp_path: Path) -> None:
    assert read(tmp_path, LINE, mapping={"year": 2020}) == (
        [
            {
                "platform": "telegram",
                "day": date(2020, 1, 27),
                "count": 1312,
                "kind": "bots and channels",
                "total": 16050,
                "scope": "terrorist",
                "announcer": "ISIS Watch",
                "note": "year declared",
            }
        ],
        [],
    )


def test_the_year_comes_from_the_file_name_or_the_line_or_is_asked_for(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, LINE, name="isis-watch-2020-01.txt")
    assert (rows[0]["day"], rows[0]["note"]) == (date(2020, 1, 27), "year from the file's name")
    rows, _ = read(tmp_path, LINE.replace("27.", "27, 2019."), mapping={"year": 2020})
    assert rows[0]["day"] == date(2019, 1, 27)
    rows, refused = read(tmp_path, LINE)
    assert (rows, "year = 2020" in refused[0].reason) == ([], True)
    assert FORMAT.recognise(LINE.encode(), "x.txt").needs == ("year",)
    assert FORMAT.recognise(LINE.encode(), "x-2019-2020.txt").needs == ("year",)


def test_variants_of_the_line(tmp_path: Path) -> None:
    text = "🚫 ١٬٣١٢ terrorist bots and channels banned on November, 22\n".replace("٬", "")
    text += "2,096 terrorist channels banned on Nov 23rd.\r\n\r\nlorem\n5 terrorist bots banned on February, 30.\n"
    rows, refused = read(tmp_path, text, mapping={"year": 2019})
    assert [(r["day"].day, r["count"], r["total"], r["kind"]) for r in rows] == [
        (22, 1312, None, "bots and channels"),
        (23, 2096, None, "channels"),
    ]
    assert [(r.position, r.raw[:5]) for r in refused] == [("line 4", "lorem"), ("line 5", "5 ter")]


def test_totals_that_disagree_are_noted_and_the_row_kept(tmp_path: Path) -> None:
    days = [(1, 10, 10), (2, 5, 15), (3, 5, 21), (6, 4, 30), (7, 50, 40)]
    text = "".join(f"{c} terrorist channels banned on March, {d}. Total this month: {t}\n" for d, c, t in days)
    text += "7 terrorist channels banned on April, 1. Total this month: 9\n"
    rows, _ = read(tmp_path, text, mapping={"year": 2020})
    assert [r["note"].partition("; ")[2] for r in rows] == [
        "",
        "",
        "the monthly total says 21, the days read make 20",
        "",
        "the monthly total says 40, the days read make 80",
        "the monthly total says 9, the days read make 7",
    ]


def test_a_table_of_days(tmp_path: Path) -> None:
    text = "date,count,total\n22/11/2019,2096,\n23/11/2019,2959,\n24/11/2019,many,\nx,1,\n"
    rows, refused = read(tmp_path, text, "x.csv", {"platform": "telegram", "format": "%d/%m/%Y", "announcer": "desk"})
    assert [(r["day"], r["count"], r["announcer"]) for r in rows] == [
        (date(2019, 11, 22), 2096, "desk"),
        (date(2019, 11, 23), 2959, "desk"),
    ]
    assert [r.position for r in refused] == ["row 3", "row 4"]
    assert [r.raw for r in refused] == ["24/11/2019, many", "x, 1"]
    _, refused = read(tmp_path, "date,count\n2019-11-22,1\n", "x.csv")
    assert "no platform" in refused[0].reason


@pytest.mark.parametrize("mapping", [{"year": "2020"}, {"year": 20}, {"colour": 1}, {"format": "%H"}])
def test_faulty_options_are_named(tmp_path: Path, mapping: dict[str, Any]) -> None:
    rows, refused = read(tmp_path, LINE, mapping=mapping)
    assert (rows, refused[0].position) == ([], "mapping")


@pytest.mark.parametrize("junk", [b"", b"\x00\x01", b"\xff", b"lorem\n", b"date,count\n"])
def test_junk_gives_no_rows(tmp_path: Path, junk: bytes) -> None:
    assert read(tmp_path, junk, "x-2020.txt")[0] == []
    assert FORMAT.recognise(junk, "x.txt").certainty in {0, 85}


@pytest.mark.parametrize("name", ["announced-2020.txt", "announced.csv"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FORMAT.examples()[name])
    assert FORMAT.recognise(FORMAT.examples()[name], name).certainty >= 85
    (chunk,) = FORMAT.read(Source(path, name), Part())
    (out,) = FORMAT.write(chunk.tables, tmp_path / "out")
    assert out.name == name
    (back,) = FORMAT.read(Source(out, out.name), Part())
    assert back.tables["announced"].equals(chunk.tables["announced"])
