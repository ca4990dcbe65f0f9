"""Made-up exports: a direct chat and a group, in the forms that the app writes in German and in English."""

_UUID = "0b7f2a36-5f0e-4a55-9f4d-2f6f0c1d9e01"
_DIRECT = f"""[22.11.2019, 10:00] Me: lorem ipsum https://t.me/loremipsum
[22.11.2019, 10:00] Lorem: dolor
sit: amet

consectetur
[22.11.2019, 10:01] Lorem: dolor
[22.11.2019, 10:01] Lorem: dolor
[22.11.2019, 10:02] <{_UUID}.jpg>
[22.11.2019, 10:03] ba <d1a2b3c4d5e6f708-ba du.pdf>
[23.11.2019, 23:59] Me: ba [1] <b>
"""
_GROUP = """[11/22/2019, 10:00\u202fAM] lorem
[11/22/2019, 12:05\u202fPM] ipsum: dolor
[11/22/2019, 1:05\u202fPM]  <geo:48.8566,2.3522?z=15>
[11/23/2019, 12:30\u202fAM] sit
amet
"""
EXAMPLES = {
    "lorem/messages.txt": _DIRECT.encode(),
    "lorem/messages.txt.map.toml": b'chat = "LOREM123"\nkind = "direct"\n[people]\n"Me" = "MYSELF12"\n"Lorem" = "LOREM123"\n',
    "ipsum/messages.txt": _GROUP.encode(),
    "ipsum/messages.txt.map.toml": b'chat = "ipsum"\nkind = "group"\n',
}
