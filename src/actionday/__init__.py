"""actionday: find, refer and measure around a referral action day."""

__version__ = "0.1.0"
__all__ = ["__version__"]
