"""Redshift statements that sqlglot does not know, parsed as statements that it does."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple, cast

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.redshift import Redshift
from sqlglot.parsers.redshift import RedshiftParser

from mwaa_lineage.sql.condensed import condensed
from mwaa_lineage.sql.rewriting import after_brackets, after_name, with_column, without_storage, words_mended

DIALECT = "redshift"
REDSHIFT = Redshift()
REMOVES_DUPLICATES = "removes_duplicates"  # an argument of exp.Merge
MOST_TOKENS = 50_000  # of one statement that is parsed: its tree takes 2 to 4 kB for each


REFRESHES = "refreshes"  # an argument of exp.Insert: the target is a materialized view, which is filled by its own query
CASCADES = "cascades"  # beside it
EMPTIES = "empties"  # an argument of exp.Insert: the tables of which the rows are moved
FILLED = "variable filled by a query"  # stands in a procedure as the table of such a variable, which is in no FROM
CALLS = "calls"  # an argument of exp.Select: which procedure is called; the query itself gives nothing


class Call(NamedTuple):
    """A call of a procedure: no schema where its name is bare."""

    schema: str
    name: str
    arguments: int


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
    if words[0] in _READ_FROM_TEXT:
        return _READ_FROM_TEXT[words[0]](text[tokens[0].end + 1 : tokens[-1].end + 1])
    if words[:2] == ["CREATE", "MODEL"] or words[:4] == ["CREATE", "OR", "REPLACE", "MODEL"]:
        return _model(tokens, text, words.index("FROM"))
    if words[0] == "DROP" and (kinds := [index for index, word in enumerate(words[:3]) if word in _DROPPED]):
        tree: exp.Expr | None = _drop(tokens, text, kinds[0])
    else:
        tree = _parsed(_MENDED.get(words[0], list)(tokens), text)
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
    insert = exp.Insert(this=_table(tokens[2:append], text), expression=query, by_name=True)
    insert.set(EMPTIES, [_table(source, text)])
    return insert


def _drop(tokens: list[Token], text: str, kind: int) -> exp.Expr:
    """DROP of one or several names, of which not every sqlglot reads more than one."""
    start = kind + (3 if tokens[kind + 1].text.upper() == "IF" else 1)
    names: list[exp.Table] = []
    while not names or (start < len(tokens) and tokens[start].token_type == TokenType.COMMA):
        start += bool(names)
        end = after_name(tokens, start)
        names.append(_table(tokens[start:end], text))
        start = end
    return exp.Drop(kind=tokens[kind].text.upper(), expressions=names)


def _merge_removing_duplicates(tokens: list[Token], text: str) -> exp.Expr:
    """MERGE ... REMOVE DUPLICATES as a MERGE that is marked so."""
    merge = cast(exp.Merge, _parsed([*tokens, *REDSHIFT.tokenize("when matched then delete")], text))
    merge.set(REMOVES_DUPLICATES, True)
    return merge


def _cursor(rest: str) -> exp.Expr | None:
    """DECLARE name CURSOR FOR query as the query."""
    tokens = _mended(REDSHIFT.tokenize(rest))
    return _parsed(tokens[[token.text.upper() for token in tokens].index("FOR") + 1 :], rest)


def _refresh(rest: str) -> exp.Expr:
    """REFRESH MATERIALIZED VIEW name [RESTRICT | CASCADE]."""
    tokens = REDSHIFT.tokenize(rest)
    end = after_name(tokens, 2)
    how = [token.text.upper() for token in tokens[end:]]
    if [token.text.upper() for token in tokens[:2]] != ["MATERIALIZED", "VIEW"] or how not in ([], ["RESTRICT"], ["CASCADE"]):
        raise ValueError("words are missing")
    insert = exp.Insert(this=_table(tokens[2:end], rest))
    insert.set(REFRESHES, True)
    insert.set(CASCADES, how == ["CASCADE"])
    return insert


def _call(rest: str) -> exp.Expr:
    """CALL name ([argument [, ...]])."""
    tokens = REDSHIFT.tokenize(rest)
    end = after_name(tokens, 0)
    closed = after_brackets(tokens, end)
    if closed != len(tokens) or closed == end:
        raise ValueError("words are missing")
    depths = accumulate((token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN) for token in tokens[end:])
    commas = sum(depth == 1 and token.token_type == TokenType.COMMA for depth, token in zip(depths, tokens[end:], strict=True))
    name = _table(tokens[:end], rest)
    query = exp.select("null")
    query.set(CALLS, Call(name.db.lower(), name.name.lower(), commas + 1 if closed - end > 2 else 0))  # noqa: PLR2004 - the brackets
    return query


def is_filled(node: exp.Expr) -> bool:
    """Whether it is a variable that a query has filled."""
    return isinstance(node, exp.Column) and node.table == FILLED


def called(tree: exp.Expr) -> Call | None:
    """The procedure that a statement calls."""
    return tree.args.get(CALLS)


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


_MENDED = {"CREATE": without_storage, "ALTER": with_column}
_DROPPED = frozenset(["TABLE", "VIEW", "SCHEMA"])
_READ_FROM_TEXT = {"DECLARE": _cursor, "REFRESH": _refresh, "CALL": _call}  # sqlglot has all behind these words as one text
