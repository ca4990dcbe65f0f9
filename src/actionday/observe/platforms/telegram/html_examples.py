"""Small harmless pages as Telegram Desktop writes them, for conformance tests and the documentation."""

_HEAD = """<!DOCTYPE html>
<html>

 <head>

  <meta charset="utf-8"/>
<title>Exported Data</title>
  <link href="css/style.css" rel="stylesheet"/>

 </head>

 <body onload="CheckLocation();">

  <div class="page_wrap">

   <div class="page_header">

    <div class="content">

     <div class="text bold">
{}
     </div>

    </div>

   </div>

   <div class="page_body chat_page">

    <div class="history">

     <div class="message service" id="message-1">

      <div class="body details">
9 November 2019
      </div>

     </div>
"""
_FOOT = "\n    </div>\n\n   </div>\n\n  </div>\n\n </body>\n\n</html>\n"


def _message(number: int, date: str, name: str | None, inside: str) -> str:
    """One message; without a name it is joined to the one before."""
    joined = "" if name is not None else " joined"
    by = f'\n       <div class="from_name">\n{name}\n       </div>\n' if name is not None else ""
    return f"""
     <div class="message default clearfix{joined}" id="message{number}">

      <div class="body">

       <div class="pull_right date details" title="{date}">
{date[11:16]}
       </div>
{by}{inside}
      </div>

     </div>
"""


def _text(words: str) -> str:
    return f'\n       <div class="text">\n{words}\n       </div>\n'


_MADE = """
     <div class="message service" id="message1">

      <div class="body details">
Channel &laquo;ba be&raquo; created
      </div>

     </div>
"""
_PHOTO = """
       <div class="media_wrap clearfix">

        <a class="photo_wrap clearfix pull_left" href="photos/photo_1@09-11-2019_15-00-00.jpg">

         <img class="photo" src="photos/photo_1@09-11-2019_15-00-00_thumb.jpg" style="width: 260px; height: 195px"/>

        </a>

       </div>
"""
_LEFT_OUT = """
       <div class="media_wrap clearfix">

        <div class="media clearfix pull_left media_video">

         <div class="fill pull_left">

         </div>

         <div class="body">

          <div class="title bold">
Video file
          </div>

          <div class="description">
Not included, change data exporting settings to download.
          </div>

          <div class="status details">
00:30, 1.0 MB
          </div>

         </div>

        </div>

       </div>
"""
_REPLY = """
       <div class="reply_to details">
In reply to <a href="#go_to_message3" onclick="return GoToMessage(3)">this message</a>
       </div>
"""


def _forwarded(name: str, inside: str) -> str:
    head = f'\n        <div class="from_name">\n{name}<span class="date details" title="08.11.2019 10:00:00 UTC+01:00"> 08.11.2019 10:00:00</span>\n        </div>\n'
    return f'\n       <div class="forwarded body">\n{head}{inside}\n       </div>\n'


_WHO, _ZONE = "ba be &amp; &quot;bo&quot;", " UTC+01:00"
_CHANNEL = (
    _HEAD.format(_WHO)
    + _MADE
    + _message(2, "09.11.2019 14:00:00" + _ZONE, _WHO, _text("da de di<br>du <strong>do</strong>"))
    + _message(
        3,
        "09.11.2019 15:00:00" + _ZONE,
        None,
        _PHOTO
        + _text(
            'ko ku <a href="https://example.org/ba?x=1&amp;y=2">ka</a> ke <a href="https://t.me/dadedi">@dadedi</a>'
        ),
    )
    + _message(
        4, "09.11.2019 16:00:00" + _ZONE, _WHO, _forwarded("ru ro", _REPLY + _LEFT_OUT + _text("سا سي شا صا 🙂"))
    )
    + _FOOT
)
_GROUP = (
    _HEAD.format("мо ма")
    + _message(1, "31.12.2019 23:59:58 UTC-06:00", "Ve Vo via @bibibot", _text("на не ни"))
    + _message(
        2,
        "01.01.2020 00:00:01 UTC-06:00",
        None,
        _text('<a href="" onclick="return ShowHashtag(&quot;lo&quot;)">#lo</a> le'),
    )
    + _message(3, "01.01.2020 00:01:00 UTC-06:00", "Deleted Account", _forwarded("Deleted Account", _text("no")))
    + _message(4, "01.01.2020 00:02:00 UTC-06:00", "мо ма", _text("<pre>ma<br>  mo</pre>"))
    + _FOOT
)
_OLD = (
    _HEAD.format("ti to")
    + _message(7, "01.06.2019 12:00:00", "ti to", _text("ta te"))
    + _message(8, "01.12.2019 12:00:00", "Wa We", _text("ti"))
    + _FOOT
)

_IS_CHANNEL = b'channel = "telegram:channel:1300000001"\nkind = "channel"\n'
_IS_GROUP = b'channel = "telegram:channel:@momamo"\nkind = "group"\n'
FILES = {
    "messages.html": _CHANNEL.encode(),
    "messages.html.map.toml": _IS_CHANNEL,
    "group/messages2.html": _GROUP.encode(),
    "group/messages2.html.map.toml": _IS_GROUP,
    "old/messages.html": _OLD.encode(),
    "old/messages.html.map.toml": b'channel = "telegram:channel:chat55"\nkind = "group"\n',
}
