"""The rows of each table. A builder draws from its own table's stream and reads only tables that come before it."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from data import names, words
from data.arrays import ids, join, money, remainder, seconds, timestamps
from data.draw import Draw
from data.shapes import LIKES

Columns = dict[str, pa.Array]
Builder = Callable[[Draw, Mapping[str, int], Mapping[str, Columns]], Columns]
"""(the table's stream, rows of every table, columns of the tables before) -> the table's columns."""

UNKNOWN = r"\N"  # how the source writes a null number of seats
STARTS = ("14:00:00", "14:30:00", "15:00:00", "19:00:00", "19:30:00", "20:00:00")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
HOLIDAYS = frozenset({(1, 1), (1, 21), (2, 18), (5, 26), (7, 4), (9, 1), (10, 13), (11, 11), (11, 27), (12, 25)})
NEW_YEAR = dt.date(2008, 1, 1)
NEW_YEAR_ID = 1827
DAY = 24 * 60 * 60  # seconds
NEW_YEAR_SECOND = (NEW_YEAR - dt.date(1970, 1, 1)).days * DAY


def category(draw: Draw, rows: Mapping[str, int], made: Mapping[str, Columns]) -> Columns:
    """The fixed kinds of event."""
    groups, titles, descriptions = zip(*words.CATEGORIES, strict=True)
    return {"catid": ids(draw.rows), "catgroup": pa.array(groups), "catname": pa.array(titles), "catdesc": pa.array(descriptions)}


def date(draw: Draw, rows: Mapping[str, int], made: Mapping[str, Columns]) -> Columns:
    """The days of 2008 from 1 January on. Weeks begin on Monday; 1 January is in week 1."""
    days = [NEW_YEAR + dt.timedelta(days=offset) for offset in range(draw.rows)]
    return {
        "dateid": pc.add(ids(draw.rows), NEW_YEAR_ID - 1),
        "caldate": pa.array([day.isoformat() for day in days]),
        "day": pa.array([DAYS[day.weekday()] for day in days]),
        "week": pa.array([(offset + NEW_YEAR.weekday()) // 7 + 1 for offset in range(draw.rows)]),
        "month": pa.array([MONTHS[day.month - 1] for day in days]),
        "qtr": pa.array([(day.month + 2) // 3 for day in days]),
        "year": pa.array([day.year for day in days]),
        "holiday": pa.array([(day.month, day.day) in HOLIDAYS for day in days]),
    }


def event(draw: Draw, rows: Mapping[str, int], made: Mapping[str, Columns]) -> Columns:
    """What is on, where and when; the name suits the category's group."""
    kind, day = draw.below(rows["category"]), draw.below(rows["date"])
    return {
        "eventid": ids(draw.rows),
        "venueid": pc.add(draw.below(rows["venue"]), 1),
        "catid": pc.add(kind, 1),
        "dateid": pc.add(day, NEW_YEAR_ID),
        "eventname": names.events(draw, made["category"]["catgroup"].take(kind)),
        "starttime": join(made["date"]["caldate"].take(day), " ", draw.pick(STARTS)),
    }


def users(draw: Draw, rows: Mapping[str, int], made: Mapping[str, Columns]) -> Columns:
    """Who buys and sells; a like is true, false or not known."""
    username = names.usernames(draw.rows)
    city, state = names.places(draw)
    return {
        "userid": ids(draw.rows),
        "username": username,
        "firstname": draw.pick(words.FIRST_NAMES),
        "lastname": draw.pick(words.LAST_NAMES),
        "city": city,
        "state": state,
        "email": join(username, "@", draw.pick(words.MAIL_DOMAINS)),
        "phone": names.phones(draw),
        **{f"like{subject}": draw.pick((True, False, None)) for subject in LIKES},
    }


def venue(draw: Draw, rows: Mapping[str, int], made: Mapping[str, Columns]) -> Columns:
    """Where events are held; of about one in three the seats are not known."""
    city, state = names.places(draw)
    seats = pc.multiply(pc.add(draw.below(180), 1), 500).cast(pa.string())
    return {
        "venueid": ids(draw.rows),
        "venuename": names.venues(draw),
        "venuecity": city,
        "venuestate": state,
        "venueseats": pc.if_else(draw.one_in(3), UNKNOWN, seats),
    }


def listing(draw: Draw, rows: Mapping[str, int], made: Mapping[str, Columns]) -> Columns:
    """Tickets offered within the year and the 90 days before an event: 2 to 30, at 20.00 to 2,500.00 each, low figures likelier."""
    what = draw.below(rows["event"])
    start = seconds(made["event"]["starttime"]).take(what)
    open_for = pc.min_element_wise(pc.subtract(start, NEW_YEAR_SECOND), 90 * DAY)
    listed = pc.subtract(start, pc.add(draw.below(open_for), 1))
    tickets = pc.add(draw.small(29), 2)
    # a multiple of 0.20, so that 15 % of it is a whole number of cents
    price = money(pc.add(draw.small(12_401), 100), Decimal("0.20"))
    return {
        "listid": ids(draw.rows),
        "sellerid": pc.add(draw.below(rows["users"]), 1),
        "eventid": pc.add(what, 1),
        "dateid": _dateids(listed),
        "numtickets": tickets,
        "priceperticket": price,
        "totalprice": money(tickets, price),
        "listtime": timestamps(listed),
    }


def sales(draw: Draw, rows: Mapping[str, int], made: Mapping[str, Columns]) -> Columns:
    """What sold once listed, before the event starts. A listing sells at most twice, each time out of one half of its tickets."""
    half = draw.sample(2 * rows["listing"])
    row = pc.divide(half, 2)
    offer = {name: column.take(row) for name, column in made["listing"].items()}
    listed = seconds(offer["listtime"])
    start = seconds(made["event"]["starttime"]).take(pc.subtract(offer["eventid"], 1))
    sold = pc.add(listed, draw.below(pc.subtract(start, listed)))
    in_half = pc.divide(pc.add(offer["numtickets"], remainder(half, 2)), 2)  # of an odd number, the second half is the larger
    quantity = pc.add(draw.below(in_half), 1)
    paid = money(quantity, offer["priceperticket"])
    return {
        "salesid": ids(draw.rows),
        "listid": offer["listid"],
        "sellerid": offer["sellerid"],
        "buyerid": pc.add(draw.other(pc.subtract(offer["sellerid"], 1), rows["users"]), 1),
        "eventid": offer["eventid"],
        "dateid": _dateids(sold),
        "qtysold": quantity,
        "pricepaid": paid,
        "commission": money(paid, Decimal("0.15")),
        "saletime": timestamps(sold),
    }


def _dateids(seconds: pa.Array) -> pa.Array:
    return pc.add(pc.divide(pc.subtract(seconds, NEW_YEAR_SECOND), DAY), NEW_YEAR_ID)


BUILDERS: dict[str, Builder] = {
    "category": category,
    "date": date,
    "event": event,
    "users": users,
    "venue": venue,
    "listing": listing,
    "sales": sales,
}
