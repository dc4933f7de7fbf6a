"""The tables' columns as they lie in the lake: all nullable; dates and timestamps are text."""

import pyarrow as pa

MONEY = pa.decimal128(8, 2)
LIKES = ("sports", "theatre", "concerts", "jazz", "classical", "opera", "rock", "vegas", "broadway", "musicals")

SCHEMAS: dict[str, pa.Schema] = {
    "category": pa.schema(
        {
            "catid": pa.int64(),
            "catgroup": pa.string(),
            "catname": pa.string(),
            "catdesc": pa.string(),
        }
    ),
    "date": pa.schema(
        {
            "dateid": pa.int64(),
            "caldate": pa.string(),
            "day": pa.string(),
            "week": pa.int64(),
            "month": pa.string(),
            "qtr": pa.int64(),
            "year": pa.int64(),
            "holiday": pa.bool_(),
        }
    ),
    "event": pa.schema(
        {
            "eventid": pa.int64(),
            "venueid": pa.int64(),
            "catid": pa.int64(),
            "dateid": pa.int64(),
            "eventname": pa.string(),
            "starttime": pa.string(),
        }
    ),
    "users": pa.schema(
        {
            "userid": pa.int64(),
            "username": pa.string(),
            "firstname": pa.string(),
            "lastname": pa.string(),
            "city": pa.string(),
            "state": pa.string(),
            "email": pa.string(),
            "phone": pa.string(),
            **{f"like{subject}": pa.bool_() for subject in LIKES},
        }
    ),
    "venue": pa.schema(
        {
            "venueid": pa.int64(),
            "venuename": pa.string(),
            "venuecity": pa.string(),
            "venuestate": pa.string(),
            "venueseats": pa.string(),
        }
    ),
    "listing": pa.schema(
        {
            "listid": pa.int64(),
            "sellerid": pa.int64(),
            "eventid": pa.int64(),
            "dateid": pa.int64(),
            "numtickets": pa.int64(),
            "priceperticket": MONEY,
            "totalprice": MONEY,
            "listtime": pa.string(),
        }
    ),
    "sales": pa.schema(
        {
            "salesid": pa.int64(),
            "listid": pa.int64(),
            "sellerid": pa.int64(),
            "buyerid": pa.int64(),
            "eventid": pa.int64(),
            "dateid": pa.int64(),
            "qtysold": pa.int64(),
            "pricepaid": MONEY,
            "commission": MONEY,
            "saletime": pa.string(),
        }
    ),
}
