"""Websites: web archives (`export`), and whether a site is still up (`probe`), without ever rendering or fetching an archive's pages.

`captures` takes WARC records out of files, `page` and `feed` read what a record holds, `rows` makes the archive's tables,
`statuses` says what an HTTP status tells of a site.
"""
