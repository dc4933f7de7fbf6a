"""Statements of Athena: Trino's, and Hive's where they define something. What they read and write is followed as Redshift's are."""

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.athena import Athena

from mwaa_lineage.sql.redshift import MOST_TOKENS, TooLarge
from mwaa_lineage.sql.relations import Location
from mwaa_lineage.sql.rewriting import after_brackets
from mwaa_lineage.sql.sql import Grammar, Statement
from mwaa_lineage.sql.sql import parse as parse_by

ATHENA = Athena()
NO_FLOW = frozenset(["DEALLOCATE", "DESCRIBE", "EXPLAIN", "MSCK", "OPTIMIZE", "PREPARE", "SHOW", "VACUUM"])
"""Statements that move no data (Amazon Athena User Guide, SQL reference); what EXECUTE runs was prepared elsewhere."""


def parse(texts: Iterable[str], results: Location | None = None) -> list[Statement]:
    """The statements of all `texts`; Athena writes the rows of a query to `results`. Never raises for bad SQL."""
    statements = parse_by(texts, Grammar(ATHENA.tokenize, _tree, NO_FLOW))
    return [_written(each, results) for each in statements] if results else statements


def _tree(tokens: list[Token], text: str) -> exp.Expr | None:
    if len(tokens) > MOST_TOKENS:
        raise TooLarge
    if tokens[0].text.upper() == "UNLOAD":
        return _unload(text[tokens[0].end + 1 : tokens[-1].end + 1])
    (tree,) = ATHENA.parser().parse(tokens, text)
    return tree


def _unload(rest: str) -> exp.Expr:
    """UNLOAD (query) TO 'location' WITH (...) as COPY (query) TO 'location'; sqlglot has all behind UNLOAD as one text."""
    tokens = ATHENA.tokenize(rest)
    if tokens[0].token_type is not TokenType.L_PAREN:
        raise ValueError("words are missing")
    end = after_brackets(tokens, 0)
    (query,) = ATHENA.parser().parse(tokens[1 : end - 1], rest)
    location = next((token.text for token in tokens[end:] if token.token_type is TokenType.STRING), None)
    if not isinstance(query, exp.Query) or location is None:
        raise ValueError("words are missing")
    return _copied(query, location)


def _written(statement: Statement, results: Location) -> Statement:
    tree = statement.tree
    return replace(statement, tree=_copied(tree, str(results))) if isinstance(tree, exp.Query) else statement


def _copied(query: exp.Query, location: str) -> exp.Expr:
    return exp.Copy(this=exp.Subquery(this=query), kind=False, files=[exp.Literal.string(location)])
