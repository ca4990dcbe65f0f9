"""Telegram: exports of Telegram Desktop (`export`) and the published TGDataset (`tgdataset`).

From bytes to rows: `scan` finds brackets at memory speed, `walk` turns them into venues with byte ranges and finds its
way again after damage, `salvage` decodes a range (or, where that fails, its messages one by one), `messages` makes
columns, `observe.tray` makes chunks.
"""
