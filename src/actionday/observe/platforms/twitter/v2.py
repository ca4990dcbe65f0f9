"""The reader of the API v2: pages as the API answers them (one a line, as an array or alone), and twarc's flattened tweets.

A page names authors, originals and files beside its tweets, under `includes`; here they are joined back. A retweet is a
forward: its text and links are the original's where the page holds it. Users on a page become accounts. Which accounts an
answer's `errors` calls suspended or missing is the prober's to ask again.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.twitter import examples, write_v2
from actionday.observe.platforms.twitter.pages import Page
from actionday.observe.platforms.twitter.shapes import PAGES, V2
from actionday.observe.platforms.twitter.staging import Block, chunks_of
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.batch import pieces
from actionday.observe.tabular.jsonshaped import form_of, read_shaped

_TWEET = re.compile(rb'"(?:author_id|edit_history_tweet_ids|conversation_id)"\s*:\s*["\[]')
_PAGE = re.compile(rb'(?:\A|[\n\[])\s*\{\s*"(?:data|includes|meta)"\s*:\s*[\[{]')
_PERSON = re.compile(rb'"username"\s*:\s*"\w{1,20}"')
_ANSWER = re.compile(rb'"(?:text|public_metrics|protected|verified)"\s*:')


class TwitterV2:
    """Tweets and users of the API v2, as pages or flattened."""

    name = "twitter_v2"
    title = "X API v2 answers and twarc's flattened tweets (JSON, JSON lines)"
    version = 1
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".json")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the keys of a page or of a flattened tweet."""
        if _PAGE.search(head) and _ANSWER.search(head) and (_TWEET.search(head) or _PERSON.search(head)):
            return Recognised(90, "pages of the X API v2")
        if _TWEET.search(head) and b'"text"' in head and b'"author_id"' in head and head.lstrip()[:1] in (b"{", b"["):
            return Recognised(85, "flattened tweets of the X API v2")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Block by block; a tweet that lacks its id, author, text or time is refused alone."""
        with source.path.open("rb") as file:
            head = file.read(65_536)
        form, shape = form_of(head, source.name), PAGES if _PAGE.search(head) else V2
        if form is None:
            yield Chunk(refused=[Refused("file", "no JSON objects")])
            return
        for batch in pieces(read_shaped(source.path, replace(form, lists=("data",)), shape)):
            block = Block(refused=batch.refused)
            if len(batch.numbers):
                page = Page(batch.frame.with_columns(batch.numbers.alias("row")))
                block.tweets, block.profiles = page.tweets(), page.profiles()
            yield from chunks_of(block, source)

    def examples(self) -> Mapping[str, bytes]:
        """A page a line, flattened tweets, one pretty page of users."""
        return examples.V2

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write Twitter's posts and accounts as pages, ``pages.jsonl``; see `write_v2`."""
        return write_v2.write(rows, folder)
