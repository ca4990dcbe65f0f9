"""What there is to say of websites besides their plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="website",
    formats=("warc",),
    signals="A lasting redirect of the front page to another host is `moved`.",
    tested="WARC files written after ISO 28500 and read by warcio, packages after the WACZ specification; real DNS, RDAP, HTTP and TLS "
    "servers on loopback, RDAP answers shaped on RFC 9083. Parking and suspension signs are unverified conventions.",
    cannot="Pages are not rendered, so what scripts would show is not seen. Whether a site that is not found was taken down, and by "
    "whom, cannot be told from its pages. Behind a delivery network the hoster cannot be told. Geographic blocks need several vantages.",
)
