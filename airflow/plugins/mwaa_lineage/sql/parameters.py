"""SQL as the server gets it: drivers put parameters into it, and take `%%` for `%` where there are any.

A value says nothing of lineage, and may be a secret: only a place in S3 is put in as it is, which COPY and UNLOAD read and write.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from mwaa_lineage.sql.relations import Location

_MARK = re.compile(r"%(?:(?P<percent>%)|(?:\((?P<name>[^()]*)\))?[sbt])")
_NAMED = re.compile(r"(?<![:\w]):(?P<name>[A-Za-z_]\w*)")
NOTHING = "null"


def as_sent(sql: str, parameters: Any) -> str:
    """`sql` with `parameters`: values by names or in their order (psycopg, redshift_connector), or those of the Redshift Data API.

    The same text where there are none: drivers then change nothing. A mark without a value gives a null.
    """
    if not parameters:
        return sql
    if isinstance(parameters, Mapping):
        return _MARK.sub(lambda mark: _value(mark, parameters), sql)
    if not isinstance(parameters, Sequence) or isinstance(parameters, str | bytes):
        return sql
    if all(isinstance(each, Mapping) and "name" in each for each in parameters):
        named = {str(each["name"]): each.get("value") for each in parameters}
        return _NAMED.sub(lambda mark: _literal(named[mark["name"]]) if _is_place(named.get(mark["name"])) else mark[0], sql)
    values = iter(parameters)
    return _MARK.sub(lambda mark: "%" if mark["percent"] else _literal(next(values, None)), sql)


def _value(mark: re.Match[str], parameters: Mapping[Any, Any]) -> str:
    return "%" if mark["percent"] else _literal(parameters.get(mark["name"]))


def _literal(value: Any) -> str:
    """As a driver writes it, with nothing of the value but whether it is a number, a text, or several values."""
    if _is_place(value):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, tuple):
        return f"({NOTHING})"
    if isinstance(value, bool) or value is None or isinstance(value, list | Mapping):
        return NOTHING
    return "0" if isinstance(value, int | float) else "''"


def _is_place(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and Location.parse(value) is not None
