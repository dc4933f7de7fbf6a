"""Redshift statements that sqlglot does not know, parsed as statements that it does."""

from collections.abc import Sequence
from typing import cast

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.redshift import Redshift
from sqlglot.parsers.redshift import RedshiftParser

from mwaa_lineage.sql.condensed import condensed
from mwaa_lineage.sql.rewriting import after_brackets, after_name, without_storage, words_mended

DIALECT = "redshift"
REDSHIFT = Redshift()
MOST_TOKENS = 50_000  # of one statement that is parsed: its tree takes 2 to 4 kB for each


class TooLarge(Exception):
    """Raised for a statement, or a query that stands in it as a text, of more than MOST_TOKENS."""


class _Parser(RedshiftParser):
    """Leaves nested data in FROM as it is written: sqlglot makes it UNNEST after commas only, and loses what AT names."""

    SUPPORTS_IMPLICIT_UNNEST = False


def parse_statement(tokens: list[Token], text: str) -> exp.Expr | None:
    """The tree of one statement of `text`. Raises SqlglotError or ValueError for what cannot be parsed, and TooLarge."""
    try:
        return _statement(_mended(tokens), text)
    except LookupError as error:
        raise ValueError("words are missing") from error


def _mended(tokens: list[Token]) -> list[Token]:
    if len(tokens) > MOST_TOKENS:
        raise TooLarge
    return words_mended(tokens)


def _statement(tokens: list[Token], text: str) -> exp.Expr | None:
    words = [token.text.upper() for token in tokens]
    if words[0] == "UNLOAD":
        return _unload(tokens)
    if words[0] == "ALTER" and "APPEND" in words:
        return _append(tokens, text, words.index("APPEND"))
    if words[0] == "MERGE" and words[-2:] == ["REMOVE", "DUPLICATES"]:
        return _merge_removing_duplicates(tokens[:-2], text)
    if words[0] == "DECLARE":
        return _cursor(text[tokens[0].end + 1 : tokens[-1].end + 1])
    if words[:2] == ["CREATE", "MODEL"] or words[:4] == ["CREATE", "OR", "REPLACE", "MODEL"]:
        return _model(tokens, text, words.index("FROM"))
    tree = _parsed(without_storage(tokens) if words[0] == "CREATE" else tokens, text)
    return _with_schema(tree) if isinstance(tree, exp.Alter) else tree


def _parsed(tokens: list[Token], text: str) -> exp.Expr | None:
    (tree,) = _Parser(dialect=REDSHIFT).parse(tokens, text)
    return tree


def _unload(tokens: Sequence[Token]) -> exp.Expr:
    """UNLOAD ('query') TO 'location' as COPY (query) TO 'location'."""
    inner = REDSHIFT.tokenize(tokens[1].text)
    query, location = [token.text for token in inner if token.token_type in {TokenType.STRING, TokenType.HEREDOC_STRING}][:2]
    query = condensed(query)
    select = _parsed(_mended(REDSHIFT.tokenize(query)), query)
    return exp.Copy(this=exp.Subquery(this=select), kind=False, files=[exp.Literal.string(location)])


def _append(tokens: Sequence[Token], text: str, append: int) -> exp.Expr:
    """ALTER TABLE target APPEND FROM source as INSERT INTO target BY NAME SELECT * FROM source."""
    source = [token for token in tokens[append + 2 :] if token.text.upper() not in {"IGNOREEXTRA", "FILLTARGET"}]
    query = exp.select("*").from_(_table(source, text))
    return exp.Insert(this=_table(tokens[2:append], text), expression=query, by_name=True)


def _merge_removing_duplicates(tokens: list[Token], text: str) -> exp.Expr:
    """MERGE ... REMOVE DUPLICATES as INSERT INTO target SELECT * FROM source: it matches columns by position."""
    merge = cast(exp.Merge, _parsed([*tokens, *REDSHIFT.tokenize("when matched then delete")], text))
    return exp.Insert(this=merge.this, expression=exp.select("*").from_(merge.args["using"]))


def _cursor(rest: str) -> exp.Expr | None:
    """DECLARE name CURSOR FOR query as the query; sqlglot has all behind DECLARE as one text."""
    tokens = _mended(REDSHIFT.tokenize(rest))
    return _parsed(tokens[[token.text.upper() for token in tokens].index("FOR") + 1 :], rest)


def _model(tokens: list[Token], text: str, source: int) -> exp.Expr | None:
    """CREATE MODEL name FROM table or (query) as a query: it reads, and what it makes is no dataset."""
    start = source + 1
    if tokens[start].token_type == TokenType.L_PAREN:
        return _parsed(tokens[start : after_brackets(tokens, start)], text)
    return exp.select("*").from_(_table(tokens[start : after_name(tokens, start)], text))


def _table(tokens: Sequence[Token], text: str) -> exp.Table:
    return exp.to_table(text[tokens[0].start : tokens[-1].end + 1], dialect=DIALECT)


def _with_schema(alter: exp.Alter) -> exp.Alter:
    """ALTER TABLE a.b RENAME TO c, with c in the schema of b, where it stays."""
    for rename in alter.find_all(exp.AlterRename):
        rename.this.set("db", alter.this.args.get("db"))
    return alter
