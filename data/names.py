"""Names of places, users and events, composed from the vocabulary."""

import pyarrow as pa
import pyarrow.compute as pc

from data import words
from data.arrays import ids, join, remainder
from data.draw import Draw

SYLLABLES = tuple(consonant + vowel for consonant in "bcdfghjklmnprstvwxyz" for vowel in "aeiou")
STRIDE = 61_803_437  # shares no factor with 100**4, so walking all names of four syllables by it meets none twice


def places(draw: Draw) -> tuple[pa.Array, pa.Array]:
    """Cities and their states."""
    cities, states = zip(*words.PLACES, strict=True)
    place = draw.below(len(words.PLACES))
    return pa.array(cities).take(place), pa.array(states).take(place)


def usernames(rows: int) -> pa.Array:
    """Names of eight letters, four syllables, no two the same in up to 100 million rows."""
    syllables, count = pa.array(SYLLABLES), len(SYLLABLES)
    rest = remainder(pc.multiply(ids(rows), STRIDE), count**4)
    parts = []
    for _ in range(4):
        parts.append(syllables.take(remainder(rest, count)))
        rest = pc.divide(rest, count)
    return join(*parts)


def phones(draw: Draw) -> pa.Array:
    """Numbers '(nnn) 555-nnnn'."""
    area = pc.add(draw.below(800), 200).cast(pa.string())
    line = pc.ascii_lpad(draw.below(10_000).cast(pa.string()), 4, "0")
    return join("(", area, ") 555-", line)


def venues(draw: Draw) -> pa.Array:
    """A name and what kind of house it is."""
    return join(draw.pick(words.VENUE_NAMES), " ", draw.pick(words.VENUE_KINDS))


def events(draw: Draw, groups: pa.Array) -> pa.Array:
    """A match, a show or an act, as the category's group (Sports, Shows, Concerts) asks."""
    clubs, count = pa.array(words.CLUBS), len(words.CLUBS)
    home = draw.below(count)
    match = join(clubs.take(home), " v ", clubs.take(draw.other(home, count)))
    show = join(draw.pick(words.SHOW_OPENINGS), " ", draw.pick(words.SHOW_ENDINGS))
    act = join(draw.pick(words.ACT_NAMES), " ", draw.pick(words.ACT_KINDS))
    titled = draw.one_in(25)  # these have a title of their own
    show = pc.if_else(titled, draw.pick(words.SHOW_TITLES), show)
    act = pc.if_else(titled, draw.pick(words.ACT_TITLES), act)
    return pc.if_else(pc.equal(groups, "Sports"), match, pc.if_else(pc.equal(groups, "Shows"), show, act))
