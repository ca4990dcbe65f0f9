"""The door for a browser: pages over the same actions as the commands. Thin: parse, call one action, render."""

from actionday.console.web.app import create_app

__all__ = ["create_app"]
