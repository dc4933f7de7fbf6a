"""What the catalog stores as SQL: the queries of views, and the sources of procedures."""

from collections.abc import Iterator, Sequence

from sqlglot import Token, TokenType, exp
from sqlglot.errors import TokenError

from mwaa_lineage.sql.condensed import condensed
from mwaa_lineage.sql.redshift import FILLED, REDSHIFT
from mwaa_lineage.sql.relations import Procedure, Table
from mwaa_lineage.sql.rewriting import after_name
from mwaa_lineage.sql.sql import DEFINITIONS, LONGEST_TEXT, NO_FLOW, Statement, chunks, parse, read_statement

_SQL = (
    NO_FLOW - {"ABORT", "BEGIN", "CLOSE", "END", "EXPLAIN", "FETCH", "PREPARE", "START"}
    | DEFINITIONS
    | frozenset(["CALL", "COPY", "DELETE", "INSERT", "MERGE", "REFRESH", "SELECT", "TRUNCATE", "UNLOAD", "UPDATE", "WITH"])
)
_SILENT = frozenset(["GET", "NULL", "RAISE"])  # move no data; GET DIAGNOSTICS gives a number of rows


def is_whole(definition: str) -> bool:
    """Whether the definition of a view is the CREATE as it was written; else it is the query, with names as they are found now."""
    return definition[:100].lstrip().upper().startswith("CREATE")


def view(table: Table, definition: str) -> Statement | None:
    """The statement that makes a view; None where the definition gives none that can be read."""
    statements = parse([definition if is_whole(definition) else f"create view v as {definition}"])
    tree = statements[0].tree if len(statements) == 1 else None
    if not isinstance(tree, exp.Create) or tree.kind != "VIEW" or not isinstance(tree.expression, exp.Query):
        return None
    catalog, db, this = (exp.to_identifier(part, quoted=True) for part in table)
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    target.replace(exp.Table(this=this, db=db, catalog=catalog))
    return statements[0]


def body(procedure: Procedure) -> list[Statement]:
    """The statements of a procedure. Parameters and variables are values there.

    Raises ValueError, with the reason, where it is no plain list of SQL between BEGIN and END (Amazon Redshift, Structure of PL/pgSQL):
    what a condition, a loop, or SQL that is built at run time does is not known beforehand.
    """
    text = condensed(procedure.source)
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"it has more than {LONGEST_TEXT} characters")
    try:
        return list(_Body(procedure.parameters).statements(text))
    except TokenError:
        raise ValueError("a quotation or comment in it has no end") from None


class _Body:
    """A source that is read: its variables, and those of them that a query has filled."""

    def __init__(self, parameters: Sequence[str]) -> None:
        self.variables = {name.lower() for name in parameters}
        self.filled: set[str] = set()

    def statements(self, text: str) -> Iterator[Statement]:
        """All up to its END. What handles errors is said and not followed, as it runs where the others do not."""
        pieces = [(tokens, text) for tokens in chunks(REDSHIFT.tokenize(text))]
        if pieces and _word(pieces[0][0]) == "DECLARE":
            pieces[0] = _rest(*pieces[0])
            while pieces and _word(pieces[0][0]) not in ("BEGIN", ""):
                self._declare(pieces.pop(0)[0])
        if not pieces or _word(pieces[0][0]) != "BEGIN":
            raise ValueError("it is not SQL between BEGIN and END")
        pieces[0] = pieces[0][0][1:], pieces[0][1]
        for tokens, sql in pieces:
            word = _word(tokens)
            if word == "EXCEPTION":
                yield Statement("", problem="what its part EXCEPTION does is not followed")
            if word in ("END", "EXCEPTION"):
                return
            if tokens and word not in _SILENT and not self._assigns(tokens):
                yield self._statement(word, tokens, sql)

    def _declare(self, tokens: list[Token]) -> None:
        self.variables.add(tokens[0].text.lower())
        self._fill(tokens[0], tokens[1:])

    def _assigns(self, tokens: list[Token]) -> bool:
        """Follows `variable := value`."""
        is_one = len(tokens) > 1 and tokens[1].token_type in (TokenType.COLON_EQ, TokenType.EQ)
        if is_one:
            self._fill(tokens[0], tokens[2:])
        return is_one

    def _fill(self, variable: Token, value: Sequence[Token]) -> None:
        if any(token.token_type is TokenType.SELECT or token.text.lower() in self.filled for token in value):
            self.filled.add(variable.text.lower())

    def _statement(self, word: str, tokens: list[Token], text: str) -> Statement:
        if word not in _SQL:
            raise ValueError(f"it has {word or tokens[0].text}, which cannot be followed")
        statement = read_statement(self._without_into(tokens) if word in ("SELECT", "WITH") else tokens, text)
        if statement.tree and word != "UNLOAD":  # its query is a text, which knows no variables
            for column in list(statement.tree.find_all(exp.Column)):
                self._replace(column)
        return statement

    def _without_into(self, tokens: list[Token]) -> list[Token]:
        """A query without its INTO, which names variables within a procedure."""
        depth = 0
        for start, token in enumerate(tokens):
            depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
            if token.token_type is TokenType.INTO and not depth:
                end = start
                while end == start or (end < len(tokens) and tokens[end].token_type is TokenType.COMMA):
                    name = tokens[end + 1].text.lower() if end + 1 < len(tokens) else ""
                    if name not in self.variables:
                        raise ValueError(f"it has INTO {name}, which is none of its variables")
                    self.filled.add(name)
                    end = after_name(tokens, end + 1)
                return tokens[:start] + tokens[end:]
        return tokens

    def _replace(self, column: exp.Column) -> None:
        """A variable goes before a column of its name, but for columns that are written."""
        name = column.name.lower()
        if column.table or _is_written(column):
            return
        if name in self.filled:
            column.set("table", exp.to_identifier(FILLED, quoted=True))
        elif name in self.variables or name.startswith("$"):
            column.replace(exp.Null())


def _is_written(column: exp.Column) -> bool:
    """Whether SET or INSERT of a MERGE names it, alone or in a list."""
    node: exp.Expr = column.parent if isinstance(column.parent, exp.Tuple) else column
    sets = isinstance(node.parent, exp.EQ) and isinstance(node.parent.parent, exp.Update)
    return node.arg_key == "this" and (sets or isinstance(node.parent, exp.Insert))


def _word(tokens: Sequence[Token]) -> str:
    """The first word, in upper case; "" where there is none, or it stands in quotation marks."""
    first = tokens[0] if tokens else None
    return first.text.upper() if first and first.token_type not in (TokenType.IDENTIFIER, TokenType.STRING) else ""


def _rest(tokens: Sequence[Token], text: str) -> tuple[list[Token], str]:
    """What stands behind the first word, of which sqlglot has made one text."""
    rest = text[tokens[0].end + 1 : tokens[-1].end + 1]
    return REDSHIFT.tokenize(rest), rest
