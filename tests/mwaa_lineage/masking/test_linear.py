"""The time of masking grows with the length of a text, and not with its square, whatever comes time and again in it."""

import random
import time

import pytest

from mwaa_lineage.masking.texts import mask

SHORT, TIMES = 4_000, 8
MOST = 20
"""What eight times the text may take, in times of the text: eight if it is linear, sixty-four if it is quadratic."""
TRIES = 3
NAMES = ("password", "token", "api_key", "Authorization", "authorization", "pass", "pw", "--token", "-p", "cookie", "identified by", "name")
QUOTES = ("'", '"', "`", "\\'", '\\"', "''", "'''", '"""', "$$", "$a$", "&quot;", "%22", "\\u0022", "E'")
SIGNS = ("=", ":", " ", "=>", " is ", " in (", " like ", "\t", ": ", "->", ",", "%3D", "&#61;", "|", " as ", "::text", " or ")
VALUES = ("x", "x1", "null", "{{ a }}", "u:p@h", "%s", "basic ", "Basic abcdefgh", "digest a=b", "str", "cast(", "lower(", "os.getenv(")
SURROUNDINGS = ("(", ")", "[", "{", "}", "</", "--", "/*", "*/", "#", "://", "@", "?sig=", "&", "\n", "\r\n", "\\n", "  ", ";", "curl -u ")
PROGRAMS = (
    "mysql ",
    "-H '",
    "docker login ",
    "echo ",
    "values ",
    "select ",
    "ENV ",
    "\x1b[32m",
    "-----BEGIN ",
    "eyJ",
    "$2b$",
    "\u200b",
    "\uff1d",
)
PIECES = (NAMES, NAMES, QUOTES, QUOTES, SIGNS, SIGNS, VALUES, SURROUNDINGS, SURROUNDINGS, PROGRAMS)
LONG = (" ", "\n", "\\", "'", "''", "a", "a.", ",", "(", "--", "-- token\n", "authorization: x ")
FOUND = (
    ("", "'authorization:x ", ""),
    ("", "'Authorization: Basic abcdefgh' ", ""),
    ("", "curl -H 'authorization:", ""),
    ("", "-H 'authorization: Basic ", ""),
    ("", "x 'authorization=", ""),
    ("", "authorization: basic x ", ""),
    ("", "authorization: null ", ""),
    ("", "--token\\n", ""),
    ("", "--password-- x\n", ""),
    ("password='x'", "\n", ""),
    ("['password', 'x'", " ", ""),
)
"""What an audit and this generator have found: the time was quadratic."""
Shape = tuple[str, str, str]


def generated(count: int) -> list[Shape]:
    """A beginning, a piece that comes time and again, an end."""
    chance = random.Random("shapes of texts")

    def some(most: int) -> str:
        return "".join(chance.choice(chance.choice(PIECES)) for _ in range(chance.randint(0, most)))

    return [(some(4), chance.choice((some(5) or "a", some(5) or "b", chance.choice(LONG))), some(3)) for _ in range(count)]


def seconds(shape: Shape, length: int) -> float:
    """Of this process, the least of a few tries."""
    begin, piece, end = shape
    text = begin + (piece * (length // len(piece) + 1))[:length] + end
    tries = []
    for _ in range(TRIES):
        begun = time.process_time()
        mask(text)
        tries.append(time.process_time() - begun)
    return min(tries)


@pytest.mark.parametrize("shape", [*FOUND, *generated(25)], ids=repr)
def test_the_time_is_linear(shape: Shape) -> None:
    least = 0.001  # seconds: below it the clock says little
    assert seconds(shape, SHORT * TIMES) < MOST * max(seconds(shape, SHORT), least)
