"""What SET, RESET and USE change for the statements after them, and where transactions begin and end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sqlglot import Token, TokenType


class Transaction(Enum):
    """What a statement does to the transaction."""

    SAVE = auto()  # what came before stays: BEGIN, COMMIT
    UNDO = auto()  # what came since then is undone


TRANSACTIONS = {
    "begin": Transaction.SAVE,
    "start": Transaction.SAVE,
    "commit": Transaction.SAVE,
    "end": Transaction.SAVE,
    "truncate": Transaction.SAVE,  # "TRUNCATE commits the transaction in which it is run" (Amazon Redshift Database Developer Guide)
    "rollback": Transaction.UNDO,
    "abort": Transaction.UNDO,
}


@dataclass(frozen=True)
class Setting:
    """What one statement sets; nothing, for most of them."""

    search_path: tuple[str, ...] | None = None  # () is the one of the connection
    local: bool = False  # up to the end of the transaction
    database: str | None = None
    transaction: Transaction | None = None


NOTHING_SET = Setting()


def setting(tokens: Iterable[Token]) -> Setting:
    """What a statement sets. `$user` is left out of a search path: whose that is, the SQL does not say."""
    words = [token.text.lower() for token in tokens if token.token_type != TokenType.COMMA]
    verb, *rest = words
    if verb == "use" and len(rest) == 1:
        return Setting(database=rest[0])
    if verb == "reset" and rest in (["search_path"], ["all"]):
        return Setting(search_path=())
    if verb == "set":
        return _search_path(rest)
    return Setting(transaction=TRANSACTIONS.get(verb))


def _search_path(words: list[str]) -> Setting:
    """SET [SESSION | LOCAL] search_path { TO | = } { names | DEFAULT }; any other SET sets nothing that lineage needs."""
    scope = words[:1] if words[:1] in (["session"], ["local"]) else []
    name, values = words[len(scope) :][:1], words[len(scope) + 2 :]  # between them stands TO or =
    if name != ["search_path"]:
        return Setting()
    path = () if values == ["default"] else tuple(value for value in values if value != "$user")
    return Setting(search_path=path, local=scope == ["local"])


def saves(settings: Sequence[Setting]) -> frozenset[int]:
    """The statements after which stands what a later ROLLBACK brings back; what the others leave need not be kept."""
    kept: set[int] = set()
    last = -1
    for number, each in enumerate(settings):
        if each.transaction is Transaction.UNDO:
            kept.add(last)
        elif each.transaction is Transaction.SAVE:
            last = number
    return frozenset(kept)
