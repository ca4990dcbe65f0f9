"""A secret that does not print: tokens and passwords on their way from `settings` to the wire."""


class Secret:
    """Holds a credential. `str`, `repr` and f-strings show nothing; `reveal()` is called where it goes on the wire."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")
