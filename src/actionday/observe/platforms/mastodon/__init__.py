"""Mastodon and what speaks as it does: ActivityPub documents and account archives (`export`), answers of the REST API (`rest`)."""
