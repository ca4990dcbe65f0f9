"""The doors. Doors are thin: parse, call one function, render."""
