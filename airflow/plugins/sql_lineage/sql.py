"""Splits SQL text into statements and parses each on its own, so that one that cannot be read does not hide the others."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError, TokenError

from sql_lineage.catalog import Name
from sql_lineage.redshift import REDSHIFT, parse_statement
from sql_lineage.settings import NOTHING_SET, Setting, setting

# sqlglot warns of what it cannot parse by quoting the SQL, with whatever credentials stand in it. Here that becomes a problem.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

# Statements that move no data, whatever follows these words (Amazon Redshift Database Developer Guide, SQL commands).
NO_FLOW = frozenset(
    [
        "ABORT",
        "ANALYZE",
        "ATTACH",
        "BEGIN",
        "CANCEL",
        "CLOSE",
        "COMMENT",
        "COMMIT",
        "DEALLOCATE",
        "DESC",
        "DETACH",
        "END",
        "EXPLAIN",
        "FETCH",
        "GRANT",
        "LOCK",
        "PREPARE",
        "RESET",
        "REVOKE",
        "ROLLBACK",
        "SAVEPOINT",
        "SET",
        "SHOW",
        "START",
        "USE",
        "VACUUM",
    ]
)
DEFINITIONS = frozenset(["ALTER", "CREATE", "DROP"])  # move data only where they contain a query
UNDERSTOOD = (exp.Query, exp.DML, exp.Create, exp.Alter, exp.Drop, exp.TruncateTable)


@dataclass(frozen=True)
class Statement:
    """One statement: `tree` is None where it moves no data or, with a `problem`, where it cannot be read."""

    text: str
    tree: exp.Expr | None = None
    problem: str | None = None
    setting: Setting = NOTHING_SET


def parse(texts: Iterable[str]) -> list[Statement]:
    """The statements of all `texts`. Never raises for bad SQL."""
    return [statement for text in texts for statement in _parse_text(text)]


def names(statements: Iterable[Statement]) -> set[Name]:
    """Every table that the statements mention (names of CTEs among them: they are not told apart here)."""
    statements = list(statements)
    tables = [table for statement in statements if statement.tree for table in statement.tree.find_all(exp.Table) if table.name]
    path = {schema for statement in statements for schema in statement.setting.search_path or ()}
    bare = {Name(schema, table.name.lower()) for table in tables if not table.db for schema in (None, *path)}
    return bare | {Name(table.db.lower(), table.name.lower()) for table in tables if table.db}


def _parse_text(text: str) -> Iterator[Statement]:
    try:
        tokens = REDSHIFT.tokenize(text)
    except TokenError:
        yield Statement(text, problem="the SQL cannot be read: a quotation or comment in it has no end")
        return
    for chunk in _split(tokens):
        yield _statement(chunk, text)


def _split(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    chunk: list[Token] = []
    for token in tokens:
        if token.token_type != TokenType.SEMICOLON:
            chunk.append(token)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _statement(tokens: list[Token], text: str) -> Statement:
    sql = text[tokens[0].start : tokens[-1].end + 1]
    keyword = tokens[0].text.upper()
    if keyword in NO_FLOW:
        return Statement(sql, setting=setting(tokens))
    try:
        tree = parse_statement(tokens, text)
    except (SqlglotError, ValueError) as error:
        problem = f"{keyword} cannot be parsed{_place(error)}: what it reads and writes is missing"
    else:
        if isinstance(tree, UNDERSTOOD):
            return Statement(sql, tree, setting=setting(tokens))
        problem = f"{keyword} is not supported: what it reads and writes is missing"
    return Statement(sql, problem=None if _moves_no_data(keyword, tokens) else problem)


def _place(error: Exception) -> str:
    """Where a parse error stands. Its own text is left out: it quotes the SQL around it."""
    if isinstance(error, ParseError) and error.errors:
        return f" at line {error.errors[0]['line']}, column {error.errors[0]['col']} ({error.errors[0]['description']})"
    return ""


def _moves_no_data(keyword: str, tokens: Iterable[Token]) -> bool:
    return keyword in DEFINITIONS and all(token.token_type != TokenType.SELECT for token in tokens)
