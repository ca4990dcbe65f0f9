"""What there is to say of Twitter / X besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="twitter",
    formats=("twitter_archive", "twitter_v1", "twitter_v2", "twitter_compliance"),
    signals="Retweets, with the id of the account they come from where it is told; changes of name, in an archive and under a known id.",
    tested="Files shaped on the published documentation of both APIs, of compliance results and of archives; look-ups against recorded "
    "answers from a stand-in on loopback, not against X.",
    cannot="Direct messages are never read; tweets of protected accounts only with an order or consent. Nothing is read behind a login, so "
    "nothing is read live. An account that is not found was deleted or deactivated, by whom is not told.",
)
