"""Hides secrets: `texts` finds them by the forms that they have, `events` in whole lineage events, `settings` knows them by their names."""


def printable(text: object) -> str:
    """What a log or a terminal may be shown: one line without control characters, marks of direction, halves of surrogate pairs."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(str(text).split()))
