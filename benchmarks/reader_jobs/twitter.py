"""Twitter's JSON formats: made-up tweets of the size and shape that collectors write, and loops over the standard library."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.reader import staged_schema
from benchmarks.reader_jobs import Job, Tables

ROWS = 50_000
_V1, _ISO = "%a %b %d %H:%M:%S %z %Y", "%Y-%m-%dT%H:%M:%S.%fZ"
_WORDS = [a + b for a in ("ba", "du", "ki", "lo", "mé", "nu", "رس") for b in ("", "ra", "ten", "sil", "vo")]


def jobs() -> Iterator[Job]:
    """A job a format."""
    yield Job("twitter_v1", make_v1, loop_v1)
    yield Job("twitter_v2", make_v2, loop_v2)
    yield Job("twitter_archive", make_archive, loop_archive, suffix=".js")


def _text(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randint(5, 40)))


def _user(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "id_str": str(number),
        "name": f"Ba {number}",
        "screen_name": f"ba{number}",
        "location": "",
        "description": "du ki lo " * 8,
        "url": None,
        "entities": {"description": {"urls": []}},
        "protected": False,
        "followers_count": number * 3,
        "friends_count": 7,
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "profile_image_url_https": "https://pbs.twimg.com/profile_images/1/ba_normal.jpg",
        "profile_banner_url": "https://pbs.twimg.com/profile_banners/1/1",
        "default_profile": True,
        "verified": False,
    }


def _tweet(rng: random.Random, number: int, *, by: bool = True) -> dict[str, Any]:
    links = [{"url": "https://t.co/b", "expanded_url": f"https://ba.example/{number}", "indices": [1, 2]}]
    photo = {
        "id_str": "1",
        "media_url_https": f"https://pbs.twimg.com/media/{number}.jpg",
        "type": "photo",
        "original_info": {"width": 640, "height": 480},
        "sizes": {size: {"w": 1, "h": 1, "resize": "fit"} for size in ("thumb", "small", "medium", "large")},
    }
    tweet = {
        "created_at": datetime(2019, 11, rng.randint(1, 30), 10, rng.randint(0, 59), tzinfo=UTC).strftime(_V1),
        "id": 1197800000000000000 + number,
        "id_str": str(1197800000000000000 + number),
        "full_text": _text(rng),
        "truncated": False,
        "display_text_range": [0, 100],
        "entities": {
            "hashtags": [{"text": "ba", "indices": [0, 3]}],
            "symbols": [],
            "user_mentions": [{"screen_name": "ba7", "name": "Ba", "id": 7, "id_str": "7", "indices": [3, 6]}],
            "urls": links if number % 3 == 0 else [],
        },
        "source": '<a href="http://twitter.com/download/android" rel="nofollow">Twitter for Android</a>',
        "in_reply_to_status_id_str": "1197800000000000001" if number % 5 == 0 else None,
        "in_reply_to_user_id_str": None,
        "geo": None,
        "coordinates": None,
        "place": None,
        "contributors": None,
        "is_quote_status": False,
        "retweet_count": 3,
        "favorite_count": 4,
        "favorited": False,
        "retweeted": False,
        "possibly_sensitive": False,
        "lang": "la",
    }
    if number % 7 == 0:
        tweet["extended_entities"] = {"media": [photo]}
    if by:
        tweet["user"] = _user(rng.randint(1, 5000))
    return tweet


def _lines(path: Path, megabytes: int, rows: Iterable[object], between: str = "\n") -> None:
    with path.open("a", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            file.write((between if number and between != "\n" else "") + json.dumps(row, ensure_ascii=False))
            file.write("\n" if between == "\n" else "")
            if number >= 3 and file.tell() >= megabytes * 1_000_000:
                return


def make_v1(path: Path, megabytes: int) -> None:
    """Tweets of the API v1.1, a quarter of them retweets."""
    rng = random.Random(1)

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(1, 1 << 40):
            tweet = _tweet(rng, number)
            if number % 4 == 0:
                tweet |= {"full_text": "RT @ba7: du…", "retweeted_status": _tweet(rng, number // 4)}
            yield tweet

    _lines(path, megabytes, rows())


def make_archive(path: Path, megabytes: int) -> None:
    """An archive's tweets, with ``account.js`` beside them."""
    rng = random.Random(2)
    account = [{"account": {"accountId": "501", "username": "ba", "accountDisplayName": "Ba"}}]
    path.with_name("account.js").write_text("window.YTD.account.part0 = " + json.dumps(account))
    path.write_text("window.YTD.tweets.part0 = [")
    rows = ({"tweet": _tweet(rng, number, by=False)} for number in range(1, 1 << 40))
    _lines(path, megabytes, rows, between=",\n")
    with path.open("a") as file:
        file.write("]")


def make_v2(path: Path, megabytes: int) -> None:
    """Pages of a hundred tweets with users, originals and files."""
    rng = random.Random(3)

    def item(number: int) -> dict[str, Any]:
        native = str(1197800000000000000 + number)
        links = [{"start": 1, "end": 2, "url": "https://t.co/b", "expanded_url": f"https://ba.example/{number}"}]
        made: dict[str, Any] = {
            "id": native,
            "text": _text(rng),
            "author_id": str(rng.randint(1, 60)),
            "created_at": f"2019-11-{rng.randint(10, 28)}T10:{rng.randint(10, 59)}:00.000Z",
            "conversation_id": native,
            "lang": "la",
            "source": "Twitter for Android",
            "reply_settings": "everyone",
            "possibly_sensitive": False,
            "edit_history_tweet_ids": [native],
            "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3, "impression_count": number},
            "entities": {"mentions": [{"start": 1, "end": 2, "username": "ba7", "id": "7"}]},
            "context_annotations": [{"domain": {"id": "46", "name": "ba"}, "entity": {"id": "1", "name": "du"}}] * 2,
        }
        if number % 3 == 0:
            made["entities"]["urls"] = links
        if number % 7 == 0:
            made["attachments"] = {"media_keys": [f"3_{number}"]}
        return made

    def person(number: int) -> dict[str, Any]:
        metrics = {"followers_count": number, "following_count": 2, "tweet_count": 3, "listed_count": 0}
        profile = {"description": "du ki lo " * 8, "created_at": "2018-10-10T20:19:24.000Z", "verified": False}
        names = {"id": str(number), "username": f"ba{number}", "name": f"Ba {number}"}
        return {**names, **profile, "protected": False, "public_metrics": metrics}

    def rows() -> Iterator[dict[str, Any]]:
        users = [person(number) for number in range(1, 61)]
        for first in range(1, 1 << 40, 100):
            data = [item(first + k) for k in range(100)]
            originals: list[dict[str, Any]] = []
            for one in data[::4]:
                originals.append(item(first * 1000 + len(originals)))
                one["referenced_tweets"] = [{"type": "retweeted", "id": originals[-1]["id"]}]
                one["text"] = "RT @ba7: du…"
            keys = [key for one in (*data, *originals) for key in one.get("attachments", {}).get("media_keys", ())]
            media = [
                {
                    "media_key": key,
                    "type": "photo",
                    "url": f"https://pbs.twimg.com/media/{key}.jpg",
                    "width": 640,
                    "height": 480,
                }
                for key in keys
            ]
            yield {
                "data": data,
                "includes": {"users": users, "tweets": originals, "media": media},
                "meta": {"result_count": 100},
            }

    _lines(path, megabytes, rows())


class _Loop:
    """Rows gathered an object at a time and turned into staged tables."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.media: list[dict[str, Any]] = []
        self.people: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.owners: set[str] = set()

    def post(self, row: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> None:
        who = f"twitter:account:{row['author']}"
        of = row.get("of")
        listed = list(files)
        self.owners.add(who)
        self.posts.append(
            {
                "channel": who,
                "native": row["native"],
                "platform": "twitter",
                "author": who,
                "at": row["at"],
                "kind": "forward" if row["forward"] else "original",
                "forward_from": f"twitter:account:{of}" if of else None,
                "forward_name": row.get("of_name"),
                "reply_to": row.get("reply_to"),
                "views": row.get("views"),
                "language": row["lang"] if row["lang"] != "und" else None,
                "text": row["text"],
                "n_media": len(listed),
                "hrefs": list(dict.fromkeys(row["links"])) or None,
            }
        )
        for position, one in enumerate(listed):
            place = {
                "channel": who,
                "post": row["native"],
                "platform": "twitter",
                "at": row["at"],
                "position": position,
            }
            self.media.append({**place, **one})

    def person(self, native: str, handle: str, name: str, bio: str, followers: int, born: datetime) -> None:
        key = (native, handle, name, bio, followers)
        if key not in self.people:
            names = {"handle": handle, "display_name": name, "bio": bio, "followers": followers, "created_at": born}
            about = {"subject": f"twitter:account:{native}", "platform": "twitter", "native": native, "kind": "user"}
            self.people[key] = {**about, **names}

    def tables(self) -> Tables:
        owned = [{"account": who, "channel": who, "platform": "twitter", "role": "owner"} for who in self.owners]
        made = {"posts": self.posts, "media": self.media, "accounts": list(self.people.values()), "memberships": owned}
        tables = {name: pa.Table.from_pylist(rows, schema=staged_schema(name)) for name, rows in made.items()}
        self.__init__()  # type: ignore[misc]
        return tables


def _flushed(loop: _Loop, work: Iterator[None]) -> Iterator[Tables]:
    for _ in work:
        if len(loop.posts) >= ROWS:
            yield loop.tables()
    yield loop.tables()


def _v1_files(media: Iterable[Mapping[str, Any]], stem: str = "") -> Iterator[dict[str, Any]]:
    for one in media:
        size = one.get("original_info", {})
        millis = one.get("video_info", {}).get("duration_millis")
        yield {
            "kind": one["type"],
            "name": stem + one["media_url_https"].rpartition("/")[2],
            "width": size.get("width"),
            "height": size.get("height"),
            "seconds": None if millis is None else int(millis) / 1000,
        }


def _v1_row(tweet: Mapping[str, Any], author: str) -> dict[str, Any]:
    again = tweet.get("retweeted_status")
    told = again or tweet
    return {
        "native": tweet["id_str"],
        "author": author,
        "at": datetime.strptime(tweet["created_at"], _V1).astimezone(UTC),
        "forward": again is not None,
        "of": again["user"]["id_str"] if again else None,
        "of_name": again["user"]["name"] if again else None,
        "reply_to": tweet["in_reply_to_status_id_str"],
        "lang": tweet["lang"],
        "text": told["full_text"],
        "links": [url["expanded_url"] for url in told["entities"]["urls"]],
    }


def loop_v1(path: Path) -> Iterator[Tables]:
    """A line at a time through `json.loads`."""
    loop = _Loop()

    def work() -> Iterator[None]:
        with path.open(encoding="utf-8") as file:
            for line in file:
                tweet = json.loads(line)
                for user in (tweet["user"], tweet.get("retweeted_status", tweet)["user"]):
                    born = datetime.strptime(user["created_at"], _V1).astimezone(UTC)
                    names = (user["id_str"], user["screen_name"], user["name"], user["description"])
                    loop.person(*names, user["followers_count"], born)
                media = tweet.get("extended_entities", tweet["entities"]).get("media", ())
                loop.post(_v1_row(tweet, tweet["user"]["id_str"]), _v1_files(media))
                yield

    return _flushed(loop, work())


def loop_archive(path: Path) -> Iterator[Tables]:
    """The whole list through `json.loads`."""
    loop = _Loop()

    def work() -> Iterator[None]:
        for item in json.loads(path.read_text("utf-8").partition("[")[1] + path.read_text("utf-8").partition("[")[2]):
            tweet = item["tweet"]
            media = tweet.get("extended_entities", tweet["entities"]).get("media", ())
            loop.post(_v1_row(tweet, "501"), _v1_files(media, f"tweets_media/{tweet['id_str']}-"))
            yield

    return _flushed(loop, work())


def loop_v2(path: Path) -> Iterator[Tables]:
    """A page at a time through `json.loads`."""
    loop = _Loop()

    def work() -> Iterator[None]:
        with path.open(encoding="utf-8") as file:
            for line in file:
                page = json.loads(line)
                given = page.get("includes", {})
                users = {one["id"]: one for one in given.get("users", ())}
                tweets = {one["id"]: one for one in given.get("tweets", ())}
                media = {one["media_key"]: one for one in given.get("media", ())}
                for user in users.values():
                    born = datetime.strptime(user["created_at"], _ISO).replace(tzinfo=UTC)
                    names = (user["id"], user["username"], user["name"], user["description"])
                    loop.person(*names, user["public_metrics"]["followers_count"], born)
                for tweet in page["data"]:
                    loop.post(*_v2_row(tweet, users, tweets, media))
                yield

    return _flushed(loop, work())


def _v2_row(
    tweet: Mapping[str, Any], users: Mapping[str, Any], tweets: Mapping[str, Any], media: Mapping[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    first = next((one["id"] for one in tweet.get("referenced_tweets", ()) if one["type"] == "retweeted"), None)
    again = tweets.get(first or "")
    told = again or tweet
    keys = (tweet.get("attachments") or (again or {}).get("attachments") or {}).get("media_keys", ())
    files = [
        {"kind": m["type"], "name": m["url"].rpartition("/")[2], "width": m["width"], "height": m["height"]}
        for m in (media[key] for key in keys if key in media)
    ]
    return {
        "native": tweet["id"],
        "author": tweet["author_id"],
        "at": datetime.strptime(tweet["created_at"], _ISO).replace(tzinfo=UTC),
        "forward": first is not None,
        "of": again["author_id"] if again else None,
        "of_name": users[again["author_id"]]["name"] if again else None,
        "views": tweet["public_metrics"]["impression_count"],
        "lang": tweet["lang"],
        "text": told["text"],
        "links": [url["expanded_url"] for url in told["entities"].get("urls", ())],
    }, files
