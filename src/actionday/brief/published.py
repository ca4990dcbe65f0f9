"""Published figures that a reader may want beside ours, with their sources. Not estimates of ours and never mixed with them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """One figure from the literature: which part of the brief it belongs to, what it says, where it stands."""

    section: str
    what: str
    figure: str
    source: str


CREST = (
    "Amarasingam, Maher and Winter 2021 (CREST): Telegram, 7.8 million posts in 1,911 channels and groups, "
    "30 days either side of each action day"
)
ISIS_WATCH = "ISIS Watch, Telegram's own channel of daily counts"
CONWAY = "Conway et al. 2017: 455 suspended Twitter accounts (63 % of those followed)"

PUBLISHED: tuple[Published, ...] = (
    Published("removals", "Bots and channels banned on 22 November 2019, and the next day", "2,096; 2,959", ISIS_WATCH),
    Published("removals", "Bots and channels banned on an ordinary day", "200 to 300", ISIS_WATCH),
    Published(
        "lifetimes", "Naive mean lifespan of channels, October 2018 against November 2019", "302 days; 14 days", CREST
    ),
    Published("lifetimes", "Channels born in the window, October 2018 against November 2019", "105; 12", CREST),
    Published("lifetimes", "Suspended accounts gone within two days of creation", "over 30 %", CONWAY),
    Published("activity", "Original posts after the action day of October 2018", "−15 %", CREST),
    Published("activity", "Forwarded posts after the action day of October 2018", "−9.7 %", CREST),
    Published("activity", "Original posts after the action day of November 2019", "−95.5 %", CREST),
    Published("activity", "Forwarded posts after the action day of November 2019", "−95 %", CREST),
)
