"""Texts of others on a terminal: names, messages and answers must not move its cursor, change its colours or look like lines of ours."""


def plain(text: str) -> str:
    """The text on one line, with an escape such as `\\x1b` for every character that is not printable (controls, bidi marks, line ends)."""
    return text if text.isprintable() else "".join(one if one.isprintable() else _escape(one) for one in text)


def plain_lines(text: str) -> str:
    """The same for a text of several lines, such as the end of a log: its lines stay lines."""
    return "\n".join(plain(line.rstrip("\r").expandtabs()) for line in text.split("\n"))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
