"""What there is to say of websites besides their plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="website",
    formats=("warc",),
    signals="A lasting redirect of the front page to another host is a look `moved`.",
    tested="WARC files written after ISO 28500 and read by warcio, packages after the WACZ specification.",
    cannot="Pages are not rendered, so what scripts would show is not seen. Whether a site that is not found was taken down, and by "
    "whom, cannot be told from its pages.",
)
