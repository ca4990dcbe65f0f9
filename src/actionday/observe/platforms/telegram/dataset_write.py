"""Staged tables as TGDataset files of up to a thousand channels, encoded by the column in DuckDB.

Carried: of channels id, handle, title, description, members and creation; of posts all but service messages, with id, time,
text, author and forwarding by number; of media one file a post with its name. Not carried: what is not Telegram's, groups
kept under another kind, or anything without a numeric id.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from actionday.observe.reader import staged_schema

CHANNELS_A_FILE = 1000

_SETUP = """
create table channel as
with known as (
    select distinct on (subject) subject, handle, title, description, members, created_at
    from channels order by subject, seen_at desc nulls last
), met as (select distinct channel as subject from posts)
select k.*, row_number() over (order by subject) - 1 as n, subject[18:] as id
from (from known full join met using (subject)) k where regexp_matches(subject, '^telegram:channel:[1-9][0-9]{0,17}$');
create table file as
select channel, post, min(name) as name, min(kind) as kind from media where position = 0 group by all;
create table entry as
select p.channel, p.native::bigint as id, coalesce(p.text, '') as body, f.post is not null as has_file, f.name, f.kind as file_kind,
    concat('"date": ', (epoch_us(p.at) // 1000000)::varchar, '.0, "author": ',
        coalesce(case when p.author like 'telegram:account:%' then try_cast(p.author[18:] as bigint) end::varchar, 'null'),
        ', "is_forwarded": ', p.kind = 'forward', ', "forwarded_from_id": ',
        coalesce(case when p.kind = 'forward' then try_cast(regexp_extract(p.forward_from, '^telegram:[a-z]+:([0-9]+)$', 1) as bigint)
            end::varchar, 'null'), ', "forwarded_message_date": null') as rest
from (select distinct on (channel, native) * from posts where kind <> 'service' and regexp_matches(native, '^[0-9]{1,12}$')
    order by channel, native, edited_at desc nulls last) p
left join file f on f.channel = p.channel and f.post = p.native;
"""

_FILE = """
with texts as (
    select channel, string_agg(concat('"', id, '": {"message": ', to_json(body), ', ', rest, '}'), ', ' order by id) as j
    from entry where body <> '' or not has_file group by channel
), files as (
    select channel, string_agg(concat('"', id, '": {"title": ', coalesce(to_json(name), 'null'), ', "extension": ',
        to_json(case when file_kind = 'photo' then '.jpe' else regexp_extract(coalesce(name, ''), '[.][A-Za-z0-9]{1,8}$') end),
        ', "media_id": null, ', rest, '}'), ', ' order by id) as j
    from entry where has_file group by channel
)
select concat('"', c.id, '": {"username": ', to_json(coalesce(handle, '')), ', "creation_date": ',
    coalesce((epoch_us(created_at) // 1000000)::varchar || '.0', 'null'), ', "title": ', coalesce(to_json(title), 'null'),
    ', "description": ', to_json(coalesce(description, '')), ', "scam": false, "verified": false, "n_subscribers": ',
    coalesce(members::varchar, 'null'), ', "text_messages": {', t.j, '}, "generic_media": {', f.j, '}}')
from channel c left join texts t on t.channel = c.subject left join files f on f.channel = c.subject
where c.n between ? and ? order by c.n
"""


def write_dataset(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``tgdataset_1.json`` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with duckdb.connect() as connection:
        for name in ("channels", "posts", "media"):
            connection.register(name, rows.get(name, staged_schema(name).empty_table()))
        connection.execute(_SETUP)
        count = connection.execute("select count(*) from channel").fetchone()
        for start in range(0, max(count[0] if count else 0, 1), CHANNELS_A_FILE):
            path = folder / f"tgdataset_{start // CHANNELS_A_FILE + 1}.json"
            result = connection.execute(_FILE, [start, start + CHANNELS_A_FILE - 1])
            with path.open("wb") as file:
                file.write(b"{")
                lead = b""
                while line := result.fetchone():
                    file.write(lead + line[0].encode())
                    lead = b", "
                file.write(b"}")
            paths.append(path)
    return paths
