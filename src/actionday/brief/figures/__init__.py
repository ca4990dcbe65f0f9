"""Figures as SVG, drawn on the server: what to draw comes in as arrays, nothing here knows an estimate or a table."""
