"""One folder a platform. They come in by entry point; nobody imports them by name."""
