"""What a log or a terminal may be shown."""


def printable(text: object) -> str:
    """The text on one line, without what a terminal obeys: control characters, marks of direction, halves of surrogate pairs."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(str(text).split()))
