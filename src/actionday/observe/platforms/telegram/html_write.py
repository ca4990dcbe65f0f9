"""Staged tables as pages of Telegram Desktop's HTML export, a thousand messages each, and the mapping that says which chat they are.

Carried: of posts native, time to the second and offset, author by display name, forwards by name, replies, text, targets in `hrefs`
(laid under the text's characters, one each), one file a post by kind and path; of channels id, kind and title. Not carried: service
posts, which have no time in this format, and what is not Telegram's. Not for: the JSON export (`write`).
"""

import html
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.platforms.telegram.html_page import DELETED

PAGE = 1000
_HEAD = """<!DOCTYPE html>
<html>

 <head>

  <meta charset="utf-8"/>
<title>Exported Data</title>
  <meta content="width=device-width, initial-scale=1.0" name="viewport"/>

 </head>

 <body onload="CheckLocation();">

  <div class="page_wrap">

   <div class="page_header">

    <div class="content">

     <div class="text bold">
{title}
     </div>

    </div>

   </div>

   <div class="page_body chat_page">

    <div class="history">
"""
_FOOT = "\n    </div>\n\n   </div>\n\n  </div>\n\n </body>\n\n</html>\n"
_CLASSES = {
    "photo": ("media_photo", "Photo"),
    "sticker": ("media_photo", "Sticker"),
    "video_file": ("media_video", "Video file"),
    "animation": ("media_video", "Animation"),
    "video_message": ("media_video", "Video message"),
    "voice_message": ("media_voice_message", "Voice message"),
    "audio_file": ("media_audio_file", "Audio file"),
}


def write_pages(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``ChatExport_<n>/messages.html`` and so on for each chat, each page with its ``.map.toml`` beside it."""
    posts = rows["posts"].to_pylist() if "posts" in rows else []
    profile = {row["subject"]: row for row in rows["channels"].to_pylist()} if "channels" in rows else {}
    names = {row["subject"]: row["display_name"] for row in rows["accounts"].to_pylist()} if "accounts" in rows else {}
    files = (
        {(row["channel"], row["post"]): row for row in reversed(rows["media"].to_pylist())} if "media" in rows else {}
    )
    chats: dict[str, list[dict[str, Any]]] = {}
    for post in posts:
        if post["kind"] != "service" and post["channel"].startswith("telegram:channel:") and post["native"].isdigit():
            chats.setdefault(post["channel"], []).append(post)
    written: list[Path] = []
    for number, (subject, told) in enumerate(chats.items()):
        place = folder / f"ChatExport_{number}"
        place.mkdir(parents=True, exist_ok=True)
        chat = profile.get(subject, {})
        title = chat.get("title")
        speakers = names | ({subject: title} if title is not None else {})
        told.sort(key=lambda post: int(post["native"]))
        blocks = [_message(post, speakers, files.get((subject, post["native"]))) for post in told]
        said = f'channel = "{subject}"\nkind = "{"group" if chat.get("kind") == "group" else "channel"}"\n'
        written += _pages(place, title or "", blocks, said)
    return written


def _pages(place: Path, title: str, blocks: list[str], mapping: str) -> Iterable[Path]:
    for page in range(0, len(blocks), PAGE):
        path = place / f"messages{page // PAGE + 1 if page else ''}.html"
        body = "".join(blocks[page : page + PAGE])
        path.write_text(_HEAD.format(title=html.escape(title)) + body + _FOOT, "utf-8", newline="")
        beside = path.with_name(path.name + ".map.toml")
        beside.write_text(mapping, "utf-8")
        yield path
        yield beside


def _message(post: Mapping[str, Any], names: Mapping[str, str | None], file: Mapping[str, Any] | None) -> str:
    wall = (post["at"].astimezone(UTC) + timedelta(minutes=post["at_offset"] or 0)).replace(tzinfo=None)
    date = _date(wall, post["at_offset"] or 0)
    inside = _inside(post, file)
    if post["kind"] == "forward":
        name = html.escape(post["forward_name"] or DELETED)
        head = f'\n       <div class="from_name">\n{name}<span class="date details" title="{date}"> </span>\n       </div>\n'
        inside = f'\n       <div class="forwarded body">\n{head}{inside}\n       </div>\n'
    by = html.escape(names.get(post["author"] or "") or DELETED)
    return f"""
     <div class="message default clearfix" id="message{post["native"]}">

      <div class="body">

       <div class="pull_right date details" title="{date}">
{wall:%H:%M}
       </div>

       <div class="from_name">
{by}
       </div>
{inside}
      </div>

     </div>
"""


def _date(wall: datetime, minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{wall:%d.%m.}{wall.year:04d}{wall: %H:%M:%S} UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def _inside(post: Mapping[str, Any], file: Mapping[str, Any] | None) -> str:
    pieces = []
    if post["reply_to"]:
        link = f'<a href="#go_to_message{post["reply_to"]}" onclick="return GoToMessage({post["reply_to"]})">this message</a>'
        pieces.append(f'\n       <div class="reply_to details">\nIn reply to {link}\n       </div>\n')
    if file is not None:
        pieces.append(_file(file))
    if post["text"]:
        pieces.append(f'\n       <div class="text">\n{_text(post["text"], post["hrefs"] or [])}\n       </div>\n')
    return "".join(pieces)


def _file(file: Mapping[str, Any]) -> str:
    kind, title = _CLASSES.get(file["kind"] or "file", ("media_file", "File"))
    tag, link = ("a", f' href="{html.escape(file["name"])}"') if file["name"] else ("div", "")
    return (
        f'\n       <div class="media_wrap clearfix">\n<{tag} class="media clearfix pull_left {kind}"{link}>\n<div class="body">\n'
        f'<div class="title bold">\n{title}\n</div>\n</div>\n</{tag}>\n       </div>\n'
    )


def _text(text: str, hrefs: list[str]) -> str:
    """The text with lines as ``<br>``; one target under each of its first characters."""
    marked = [f'<a href="{html.escape(href)}">{_plain(letter)}</a>' for letter, href in zip(text, hrefs, strict=False)]
    return "".join(marked) + _plain(text[len(marked) :])


def _plain(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
