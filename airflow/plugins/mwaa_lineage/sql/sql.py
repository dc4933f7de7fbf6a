"""Splits SQL text into statements and parses each on its own, so that one that cannot be read does not hide the others."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError, TokenError

from mwaa_lineage.sql.chains import balanced
from mwaa_lineage.sql.condensed import condensed
from mwaa_lineage.sql.outline import MOST_TABLES, Outline, outline, split
from mwaa_lineage.sql.redshift import MOST_TOKENS, REDSHIFT, TooLarge, called, parse_statement
from mwaa_lineage.sql.relations import Name
from mwaa_lineage.sql.settings import NOTHING_SET, Setting, setting

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
LONGEST_TEXT = 400_000  # characters, without most of its literals, that are parsed
LOOKED_THROUGH = 1_000_000  # characters that are looked through for tables where a text is not parsed
LONGEST_SAID = 10_000  # characters of a statement that a problem shows
TABLES_ONLY = "only the tables that it names are told, not its columns"
_TEMPLATE = re.compile(r"\{ ?\{[-+]?\s*[A-Za-z_][^{},(]*+(?:\([^{}]*+)?\} ?\}|\{ ?%[^{}]*+\}")
"""Of Jinja. Texts of arrays such as {{a,b},{c,d}} are none."""
UNDERSTOOD = (exp.Query, exp.DML, exp.Create, exp.Alter, exp.Drop, exp.TruncateTable)


@dataclass(frozen=True)
class Statement:
    """One statement: `tree` is None where it moves no data or, with a `problem`, where it cannot be read; then `tables` may say more."""

    text: str
    tree: exp.Expr | None = None
    problem: str | None = None
    setting: Setting = NOTHING_SET
    tables: Outline | None = None


class Grammar(NamedTuple):
    """How a dialect is read: `parse` gives the tree of one statement, and raises SqlglotError or ValueError for what it cannot parse, and
    TooLarge; what begins with a word of `no_flow` moves no data."""

    tokenize: Callable[[str], list[Token]]
    parse: Callable[[list[Token], str], exp.Expr | None]
    no_flow: frozenset[str] = NO_FLOW


_REDSHIFT = Grammar(REDSHIFT.tokenize, parse_statement)


def parse(texts: Iterable[str], grammar: Grammar = _REDSHIFT) -> list[Statement]:
    """The statements of all `texts`. Never raises for bad SQL."""
    return [statement for text in texts for statement in _parse_text(text, grammar)]


def names(statements: Iterable[Statement]) -> set[Name]:
    """Every table that the statements mention (names of CTEs among them: they are not told apart here), and every procedure they call."""
    statements = list(statements)
    tables = [table for statement in statements if statement.tree for table in statement.tree.find_all(exp.Table) if table.name]
    tables += [table for statement in statements if statement.tables for table in statement.tables.tables]
    found = [Name(table.db.lower() or None, table.name.lower()) for table in tables]
    found += [Name(call.schema or None, call.name, is_called=True) for each in statements if each.tree and (call := called(each.tree))]
    path = {schema for statement in statements for schema in statement.setting.search_path or ()}
    return {*found, *(name._replace(schema=schema) for name in found if name.schema is None for schema in path)}


def change_tables(statements: Iterable[Statement]) -> bool:
    """Whether one may change what the catalog tells of a table that is there, as what cannot be read may."""
    return any(each.problem or each.tables or not _leaves_tables(each) for each in statements)


def _leaves_tables(statement: Statement) -> bool:
    tree = statement.tree
    if tree is None:  # such as ALTER SCHEMA, which gives tables other names
        return _keyword(statement.text) not in DEFINITIONS
    if isinstance(tree, exp.Create):  # a bare name may be known in another schema than the one in which it is made
        made = tree.find(exp.Table)
        return bool(tree.args.get("exists") and made and made.db)
    return isinstance(tree, (exp.Query, exp.DML, exp.TruncateTable))


def outlined(statements: Iterable[Statement]) -> list[Statement]:
    """The same statements, of which those that were parsed and have a query or rows are read for their tables only."""
    return [_outlined(each.text) if each.tree and not _is_definition(each.text) else each for each in statements]


def _parse_text(text: str, grammar: Grammar = _REDSHIFT) -> Iterator[Statement]:
    text = condensed(text)
    if len(text) > LONGEST_TEXT:
        yield from _look_through(text, f"the SQL has more than {LONGEST_TEXT} characters beside lists of literals: {TABLES_ONLY}")
        return
    try:
        tokens = grammar.tokenize(text)
    except TokenError:
        yield Statement(text, problem="the SQL cannot be read: a quotation or comment in it has no end")
        return
    for chunk in chunks(tokens):
        yield read_statement(chunk, text, grammar)


def looked_through(texts: Iterable[str]) -> list[Statement]:
    """The statements of all `texts`, read for their tables only, in a time that hardly depends on what stands there."""
    return [statement for text in texts for statement in _look_through(condensed(text))]


def _look_through(text: str, problem: str | None = None) -> Iterator[Statement]:
    """Small statements are parsed nevertheless where they only make, change or drop something."""
    end = len(text) if len(text) <= LOOKED_THROUGH else text.rfind(";", 0, LOOKED_THROUGH) + 1 or LOOKED_THROUGH
    tables = 0
    for number, sql in enumerate(split(text[:end]), 1):
        if len(sql) <= LONGEST_SAID and (_keyword(sql) in NO_FLOW or _is_definition(sql)):
            yield from _parse_text(sql)
            continue
        if _keyword(sql) in NO_FLOW:
            continue
        statement = _outlined(sql, problem)
        yield statement
        tables += len(statement.tables.tables) if statement.tables else 0
        if tables > MOST_TABLES:
            yield Statement("", problem=f"what stands behind statement {number}, and more than {MOST_TABLES} tables, is not looked through")
            return
    if end < len(text):
        yield Statement("", problem=f"what stands behind {end} characters is not looked through")


def _keyword(sql: str) -> str:
    return sql[:20].split(None, 1)[0].upper()


def _is_definition(sql: str) -> bool:
    """Whether a statement makes, changes or drops something, with no query in it."""
    return _keyword(sql) in {*DEFINITIONS, "TRUNCATE"} and "SELECT" not in sql.upper()


def _outlined(sql: str, problem: str | None = None) -> Statement:
    tables = outline(sql)
    said = problem if tables.read or tables.target is not None else None
    if tables.cut:
        said = f"{problem or TABLES_ONLY}; those behind the first {MOST_TABLES} are not told"
    return Statement(sql[:LONGEST_SAID], tables.made, said, tables=tables)


def chunks(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """The statements, without the semicolons between them."""
    chunk: list[Token] = []
    for token in tokens:
        if token.token_type != TokenType.SEMICOLON:
            chunk.append(token)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def read_statement(tokens: list[Token], text: str, grammar: Grammar = _REDSHIFT) -> Statement:
    """One statement of `text`. Never raises for bad SQL."""
    sql = text[tokens[0].start : tokens[-1].end + 1]
    keyword = next((token.text for token in tokens if token.text), "").partition(" ")[0].upper()
    if keyword in grammar.no_flow:
        return Statement(sql, setting=setting(tokens))
    try:
        _require_rendered(tokens, text)
        tree = grammar.parse(tokens, text)
    except (TooLarge, RecursionError) as error:
        cause = "is nested too deeply" if isinstance(error, RecursionError) else f"has more than {MOST_TOKENS} words and signs"
        return _outlined(sql, f"{keyword} {cause}: {TABLES_ONLY}")
    except _Unrendered:
        return _unread(sql, f"{keyword} has a template that did not render: what it reads and writes is missing")
    except (SqlglotError, ValueError) as error:
        problem = f"{keyword} cannot be parsed{_place(error)}: what it reads and writes is missing"
    else:
        if isinstance(tree, UNDERSTOOD):
            return Statement(sql, balanced(tree), setting=setting(tokens))
        problem = f"{keyword} is not supported: what it reads and writes is missing"
    if _moves_no_data(keyword, tokens):
        return Statement(sql)
    return _unread(sql, problem)


def _unread(sql: str, problem: str) -> Statement:
    """What follows must not take the name of a table that it makes for another one's."""
    return Statement(sql, outline(sql).made if _keyword(sql) == "CREATE" else None, problem)


class _Unrendered(Exception):
    """A template of Jinja stands in a statement."""


def _require_rendered(tokens: Iterable[Token], text: str) -> None:
    """In a literal of the statement, or outside; in a comment a template does no harm. Raises _Unrendered."""
    if "{" in text and _TEMPLATE.search(" ".join(text[token.start : token.end + 1] for token in tokens)):
        raise _Unrendered


def _place(error: Exception) -> str:
    """Where a parse error stands. Its own text is left out: it quotes the SQL around it."""
    if isinstance(error, ParseError) and error.errors:
        return f" at line {error.errors[0]['line']}, column {error.errors[0]['col']} ({error.errors[0]['description']})"
    return ""


def _moves_no_data(keyword: str, tokens: Iterable[Token]) -> bool:
    return keyword in DEFINITIONS and all(token.token_type != TokenType.SELECT for token in tokens)
