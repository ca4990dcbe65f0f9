"""Friendica: account exports and JSON-lines backups (`export`). Its REST answers are Mastodon's (reader `mastodon_api`)."""
