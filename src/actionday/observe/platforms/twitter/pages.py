"""A block of API v2 answers, put together: tweets with their authors, originals and files; people with their profiles."""

import polars as pl

from actionday.observe.platforms.twitter.columns import MEDIA, PROFILES, TWEETS, last_piece, listed
from actionday.observe.platforms.twitter.shapes import V2
from actionday.observe.tabular.jsonshaped import columns_of
from actionday.observe.timelines import framed

_RETWEETED, _REPLIED = "retweeted", "replied_to"
_ON_PAGE = ("data", "includes", "row")
_WHOLE = columns_of(V2)
_BY_TEXT = r"^RT @(\w{1,20}): "


class Page:
    """Rows of shape `shapes.V2`, or of `shapes.PAGES`, which lacks some of it, with their number as `row`."""

    def __init__(self, frame: pl.DataFrame) -> None:
        frame = frame.select(
            "row", *(pl.col(k).cast(t) if k in frame.columns else pl.lit(None, t).alias(k) for k, t in _WHOLE.items())
        )
        self._frame = frame
        own = [name for name in frame.columns if name not in _ON_PAGE]
        listed_ = frame.filter(pl.col("data").is_not_null()).select("row", "data").explode("data")
        paged = listed_.filter(pl.col("data").is_not_null()).unnest("data")
        alone = frame.filter(pl.col("data").is_null() & pl.col("includes").is_null()).select("row", *own)
        self._items = pl.concat([paged, alone.select(paged.columns)]).sort("row", maintain_order=True)

    def tweets(self) -> pl.DataFrame:
        """Everything on the page that is no person, as the frame of tweets."""
        person = pl.col("username").is_not_null() & pl.col("text").is_null()
        tweets = self._items.filter(~person).with_row_index("k")
        tweets = tweets.with_columns(_referenced(_RETWEETED).alias("ref"), _referenced(_REPLIED).alias("reply"))
        tweets = tweets.with_columns(pl.col("ref").struct.field("id").alias("ref_id"))
        tweets = tweets.join(self._originals(), on=["row", "ref_id"], how="left", maintain_order="left")
        origin = pl.coalesce(_in("ref", "author_id"), _in("ref", "author", "id"), _in("origin", "author_id"))
        writer = pl.coalesce("author_id", _in("author", "id"))
        tweets = tweets.with_columns(origin.alias("of_id"), writer.alias("by_id"))
        tweets = self._with_people(tweets).join(self._files(tweets), on="k", how="left", maintain_order="left")
        again = pl.col("ref").is_not_null()
        theirs = pl.coalesce(_text("ref"), _text("origin"), _text())
        return framed(
            tweets,
            TWEETS,
            row=pl.col("row"),
            native=pl.col("id"),
            author=pl.col("by_id"),
            at=pl.col("created_at"),
            text=pl.when(again).then(theirs).otherwise(_text()),
            lang=pl.col("lang"),
            reply_to=_in("reply", "id"),
            views=_in("public_metrics", "impression_count"),
            retweet=again,
            of=pl.col("of_id"),
            of_handle=pl.coalesce("of_handle", pl.col("text").str.extract(_BY_TEXT, 1)),
            of_name=pl.col("of_name"),
            hrefs=_links(pl.when(again).then(_urls(("ref",), ("origin",), ())).otherwise(_urls(()))),
            media=pl.col("files"),
            closed=pl.coalesce(_in("author", "protected"), pl.col("by_protected")),
        )

    def profiles(self) -> pl.DataFrame:
        """People: included ones, inlined authors, and those a page is about."""
        inlined = self._items.select("row", user=pl.col("author"))
        passed = self._items.select("row", user=_in_list("referenced_tweets", "author")).explode("user")
        about = self._items.filter(pl.col("username").is_not_null() & pl.col("text").is_null())
        keys = inlined.schema["user"]
        assert isinstance(keys, pl.Struct)
        metrics = pl.struct(_in("public_metrics", "followers_count").alias("followers_count"))
        listed_ = about.with_columns(public_metrics=metrics).select(
            "row", user=pl.struct(field.name for field in keys.fields)
        )
        users = pl.concat([self._included("users", "user"), inlined, passed, listed_]).unnest("user")
        return framed(
            users.filter(pl.col("username").is_not_null()),
            PROFILES,
            row=pl.col("row"),
            native=pl.col("id"),
            handle=pl.col("username"),
            display_name=pl.col("name"),
            bio=pl.col("description"),
            followers=_in("public_metrics", "followers_count"),
            created_at=pl.col("created_at"),
            withheld=_in("withheld", "country_codes"),
        ).unique(maintain_order=True)

    def _included(self, what: str, name: str) -> pl.DataFrame:
        found = self._frame.select("row", _in("includes", what).alias(name)).explode(name)
        return found.filter(pl.col(name).is_not_null())

    def _originals(self) -> pl.DataFrame:
        found = self._included("tweets", "origin").with_columns(_in("origin", "id").alias("ref_id"))
        return found.filter(pl.col("ref_id").is_not_null()).unique(["row", "ref_id"], keep="first", maintain_order=True)

    def _with_people(self, tweets: pl.DataFrame) -> pl.DataFrame:
        """Add `by_protected`, `of_handle` and `of_name` by id, from the page or from what is inlined."""
        users = self._included("users", "u").select(
            "row",
            _in("u", "id").alias("id"),
            _in("u", "username").alias("handle"),
            _in("u", "name").alias("name"),
            _in("u", "protected").alias("protected"),
        )
        users = users.unique(["row", "id"], keep="first", maintain_order=True)
        by = users.select("row", by_id="id", by_protected="protected")
        of = users.select("row", of_id="id", of_handle="handle", of_name="name")
        tweets = tweets.join(by, on=["row", "by_id"], how="left", maintain_order="left")
        tweets = tweets.join(of, on=["row", "of_id"], how="left", maintain_order="left")
        inlined = {"of_handle": "username", "of_name": "name"}
        return tweets.with_columns(
            pl.coalesce(name, _in("ref", "author", key)).alias(name) for name, key in inlined.items()
        )

    def _files(self, tweets: pl.DataFrame) -> pl.DataFrame:
        """For each tweet `k` with files, the list of them as `files`."""
        places = ((), ("ref",), ("origin",))
        inlined = pl.coalesce(_in(*place, "attachments", "media") for place in places)
        keys = pl.coalesce(_in(*place, "attachments", "media_keys") for place in places)
        given = tweets.select("k", m=inlined).explode("m").filter(pl.col("m").is_not_null())
        named = tweets.select("k", "row", key=keys).explode("key").filter(pl.col("key").is_not_null())
        named = named.join(given.select("k").unique(), on="k", how="anti", maintain_order="left")
        known = self._included("media", "m").with_columns(_in("m", "media_key").alias("key"))
        known = known.unique(["row", "key"], keep="first", maintain_order=True)
        found = named.join(known, on=["row", "key"], how="inner", maintain_order="left").select("k", "m")
        one = pl.struct(
            _in("m", "type").alias("kind"),
            last_piece(pl.coalesce(_in("m", "url"), _in("m", "preview_image_url"))).alias("name"),
            _in("m", "width").alias("width"),
            _in("m", "height").alias("height"),
            (_in("m", "duration_ms").cast(pl.Float64) / 1000).alias("seconds"),
        ).cast(MEDIA)
        return pl.concat([given, found]).group_by("k", maintain_order=True).agg(files=one)


def _in(*path: str) -> pl.Expr:
    found = pl.col(path[0])
    for name in path[1:]:
        found = found.struct.field(name)
    return found


def _in_list(column: str, key: str) -> pl.Expr:
    return pl.col(column).list.eval(pl.element().struct.field(key))


def _referenced(kind: str) -> pl.Expr:
    """The first tweet referred to in this way; null where there is none."""
    fits = pl.element().filter(pl.element().struct.field("type") == kind)
    return pl.col("referenced_tweets").list.eval(fits).list.get(0, null_on_oob=True)


def _text(*place: str) -> pl.Expr:
    return pl.coalesce(_in(*place, "note_tweet", "text"), _in(*place, "text"))


def _links(urls: pl.Expr) -> pl.Expr:
    """What links lead to; those to a tweet's own files are left out."""
    item = pl.element()
    outward = item.filter(item.struct.field("media_key").is_null()).struct.field("expanded_url")
    return listed(urls.list.eval(outward))


def _urls(*places: tuple[str, ...]) -> pl.Expr:
    """The links of the first of the places that tells any."""
    keys = (("note_tweet", "entities", "urls"), ("entities", "urls"))
    return pl.coalesce(_in(*place, *key) for place in places for key in keys)
