"""Redshift statements that sqlglot does not know, parsed as statements that it does."""

from collections.abc import Iterable, Sequence
from typing import cast

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.dialect import Dialect

DIALECT = "redshift"
REDSHIFT = Dialect.get_or_raise(DIALECT)

STORAGE = frozenset(["COMPOUND", "DISTKEY", "DISTSTYLE", "ENCODE", "INTERLEAVED", "SORTKEY"])  # attributes of CREATE TABLE


def parse_statement(tokens: list[Token], text: str) -> exp.Expr | None:
    """The tree of one statement of `text`. Raises SqlglotError or ValueError for what cannot be parsed."""
    words = [token.text.upper() for token in tokens]
    if words[0] == "UNLOAD":
        return _unload(tokens)
    if words[0] == "ALTER" and "APPEND" in words:
        return _append(tokens, text, words.index("APPEND"))
    if words[0] == "MERGE" and words[-2:] == ["REMOVE", "DUPLICATES"]:
        return _merge_removing_duplicates(tokens[:-2], text)
    if words[0] == "CREATE":
        tokens = _without_storage(tokens)
    (tree,) = REDSHIFT.parser().parse(tokens, text)
    return _with_schema(tree) if isinstance(tree, exp.Alter) else tree


def _unload(tokens: Sequence[Token]) -> exp.Expr:
    """UNLOAD ('query') TO 'location' as COPY (query) TO 'location'."""
    inner = REDSHIFT.tokenize(tokens[1].text)
    query, location = [token.text for token in inner if token.token_type in {TokenType.STRING, TokenType.HEREDOC_STRING}][:2]
    (select,) = REDSHIFT.parse(query)
    return exp.Copy(this=exp.Subquery(this=select), kind=False, files=[exp.Literal.string(location)])


def _append(tokens: Sequence[Token], text: str, append: int) -> exp.Expr:
    """ALTER TABLE target APPEND FROM source as INSERT INTO target BY NAME SELECT * FROM source."""
    source = [token for token in tokens[append + 2 :] if token.text.upper() not in {"IGNOREEXTRA", "FILLTARGET"}]
    query = exp.select("*").from_(_table(source, text))
    return exp.Insert(this=_table(tokens[2:append], text), expression=query, by_name=True)


def _merge_removing_duplicates(tokens: list[Token], text: str) -> exp.Expr:
    """MERGE ... REMOVE DUPLICATES as INSERT INTO target SELECT * FROM source: it matches columns by position."""
    (tree,) = REDSHIFT.parser().parse([*tokens, *REDSHIFT.tokenize("when matched then delete")], text)
    merge = cast(exp.Merge, tree)
    return exp.Insert(this=merge.this, expression=exp.select("*").from_(merge.args["using"]))


def _table(tokens: Sequence[Token], text: str) -> exp.Table:
    return exp.to_table(text[tokens[0].start : tokens[-1].end + 1], dialect=DIALECT)


def _with_schema(alter: exp.Alter) -> exp.Alter:
    """ALTER TABLE a.b RENAME TO c, with c in the schema of b, where it stays."""
    for rename in alter.find_all(exp.AlterRename):
        rename.this.set("db", alter.this.args.get("db"))
    return alter


def _without_storage(tokens: Iterable[Token]) -> list[Token]:
    """CREATE TABLE without what concerns its storage only, as sqlglot does not know all of it."""
    kept: list[Token] = []
    depth, skipping = 0, False
    for index, token in enumerate(tokens):
        word = token.text.upper()
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0 and word in STORAGE | {"AS"}:
            skipping = word in STORAGE
        of_a_column = depth == 1 and word in {"DISTKEY", "SORTKEY"}
        if not skipping and not of_a_column and (index, word) != (1, "LOCAL"):
            kept.append(token)
    return kept
