"""actionday: find, refer and measure around a referral action day. `actionday.open(home)` is the way in for programs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actionday.api import ActionDay

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(home: Any = None, **more: Any) -> "ActionDay":  # noqa: ANN401 - see `api.open_day`
    """Open a home: an object whose methods are all actions. See `actionday.api.open_day` for what else may be given."""
    from actionday.api import open_day

    return open_day(home, **more)
