"""Options and fixtures for the whole suite."""

import os

import pytest
from hypothesis import settings

# Parser processes and the command are started with the environment; bars and colours stay out of it.
os.environ["COLUMNS"] = "120"
for name in [name for name in os.environ if name.startswith("ACTIONDAY_")]:
    os.environ.pop(name)

# No test asserts a time, and an example may be the first that compiles a kernel.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--day-kills", type=int, default=10, help="kills of a day of casework (make soak: 100)")
    parser.addoption(
        "--kills", type=int, default=30, help="random kills of an import, and of a sender (make soak: 300)"
    )
    parser.addoption("--probes", type=int, default=2000, help="looks under kills (make soak: 10,000)")
