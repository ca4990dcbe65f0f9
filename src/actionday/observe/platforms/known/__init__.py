"""Lists of known content: hashes and URLs, from a desk, Tech Against Terrorism or a hash exchange."""
