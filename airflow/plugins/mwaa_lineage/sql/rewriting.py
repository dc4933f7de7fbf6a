"""Words of Redshift that sqlglot misreads, taken out of or changed in the tokens of a statement before it is parsed.

A word counts only where Redshift has it: never within quotation marks, as the name of something, or inside a query.
"""

from collections.abc import Iterator, Sequence

from sqlglot import Token, TokenType
from sqlglot.dialects.redshift import Redshift

SAME_AS_DATE_PART = frozenset(["DATEPART", "PGDATE_PART"])
VALUES = frozenset(
    [TokenType.VAR, TokenType.IDENTIFIER, TokenType.NUMBER, TokenType.STRING, TokenType.PARAMETER, TokenType.R_PAREN, TokenType.R_BRACKET]
)
BEFORE_A_QUERY = frozenset([TokenType.ALIAS, TokenType.L_PAREN, TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.ALL])
AT, UNPIVOT = "AT", "UNPIVOT"  # stand before the names that AT gives to the elements of nested data
NAMES = frozenset([TokenType.VAR, TokenType.IDENTIFIER])
QUERIES = frozenset([TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN, TokenType.VALUES])
TWO_WORDS = frozenset(keyword for keyword in Redshift.Tokenizer.KEYWORDS if keyword.count(" ") == 1)
SECOND_WORDS = frozenset(keyword.split()[1] for keyword in TWO_WORDS)
KEPT_OF_EXTERNAL = frozenset(["LOCATION", "PARTITIONED", "PARTITIONED BY"])  # what says where the data lies, and further columns


def words_mended(tokens: Sequence[Token]) -> list[Token]:
    """Keywords with a comment inside, DATEPART, the operators # (XOR) and @ (absolute value), and AT and UNPIVOT of nested data."""
    result: list[Token] = []
    marker = AT
    waiting = list(reversed(_respelled(_joined(tokens))))
    while waiting:
        token = waiting.pop()
        if token.token_type == TokenType.UNPIVOT and [next_.token_type for next_ in waiting[-2:-1]] == [TokenType.DOT]:
            marker = UNPIVOT
        elif waiting and token.text.upper() == AT and _names_an_element([*result[-3:], token, waiting[-1]]):
            name = waiting.pop()
            result += [
                _like(token, TokenType.L_PAREN, "("),
                _like(token, TokenType.VAR, marker),
                _like(token, TokenType.COMMA, ","),
                name,
                _like(token, TokenType.R_PAREN, ")"),
            ]
            marker = AT
        elif token.token_type != TokenType.PARAMETER or token.text != "@":
            result.append(token)
    return result


def without_storage(tokens: Sequence[Token]) -> list[Token]:
    """CREATE TABLE or VIEW without what concerns its storage only, as sqlglot does not know all of it; the query stays as it is."""
    kinds = [index for index, token in enumerate(tokens[:6]) if _word(token) in {"TABLE", "VIEW"}]
    if not kinds:
        return list(tokens)
    head = kinds[0] + 1
    while _word(tokens[head]) in {"IF", "NOT", "EXISTS"} and tokens[head + 1 :]:
        head += 1
    body = after_name(tokens, head)
    columns = after_brackets(tokens, body)
    query = _query(tokens, columns)
    external = any(_word(token) == "EXTERNAL" for token in tokens[: kinds[0]])
    attributes = _kept_attributes(tokens[columns:query]) if external else []
    start = [token for index, token in enumerate(tokens[:body]) if (index, _word(token)) != (1, "LOCAL")]
    return [*start, *_without_attributes(tokens[body:columns]), *attributes, *tokens[query:]]


def with_column(tokens: list[Token]) -> list[Token]:
    """ALTER TABLE with the word COLUMN behind DROP and RENAME, where it may be left out."""
    action = after_name(tokens, 4 if _word(tokens[2]) == "IF" else 2)
    words = [_word(token) for token in tokens[action : action + 2]]
    if len(words) == 1 or words[0] not in {"DROP", "RENAME"} or words[1] in {"COLUMN", "CONSTRAINT", "PARTITION", "TO"}:
        return tokens
    return [*tokens[: action + 1], _like(tokens[action], TokenType.COLUMN, "column"), *tokens[action + 1 :]]


def after_name(tokens: Sequence[Token], start: int) -> int:
    """Where a name, with dots in it or none, that begins at `start` has ended."""
    end = start + 1
    while end < len(tokens) and tokens[end].token_type == TokenType.DOT:
        end += 2
    return end


def after_brackets(tokens: Sequence[Token], start: int) -> int:
    """Where the brackets that open at `start` have closed; `start` where none do."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += (tokens[index].token_type == TokenType.L_PAREN) - (tokens[index].token_type == TokenType.R_PAREN)
        if depth == 0:
            return index + 1 if index > start else start
    return start


def _query(tokens: Sequence[Token], start: int) -> int:
    """Where AS and the query begin, the end where there is none."""
    depth = 0
    for index in range(start, len(tokens) - 1):
        depth += (tokens[index].token_type == TokenType.L_PAREN) - (tokens[index].token_type == TokenType.R_PAREN)
        if depth == 0 and tokens[index].token_type == TokenType.ALIAS and tokens[index + 1].token_type in QUERIES:
            return index
    return len(tokens)


def _without_attributes(tokens: Sequence[Token]) -> Iterator[Token]:
    """A list of columns without DISTKEY and SORTKEY, where they are no column's name."""
    depth = 0
    before = TokenType.L_PAREN
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        names = depth == 1 and before in {TokenType.L_PAREN, TokenType.COMMA}
        if depth != 1 or names or _word(token) not in {"DISTKEY", "SORTKEY"}:
            yield token
        before = token.token_type


def _kept_attributes(tokens: Sequence[Token]) -> Iterator[Token]:
    """What stands behind the columns of an external table, as far as lineage needs it."""
    index = 0
    while index < len(tokens):
        end = index + 1
        if _word(tokens[index]) in KEPT_OF_EXTERNAL:
            end += _word(tokens[index]) == "PARTITIONED"  # BY
            end = max(after_brackets(tokens, end), end + (tokens[index].text.upper() == "LOCATION"))
            yield from tokens[index:end]
        index = max(end, after_brackets(tokens, index))


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """GROUP /* why */ BY, and its like, as one keyword."""
    result: list[Token] = []
    for token in tokens:
        words = f"{_word(result[-1])} {_word(token)}" if result and token.text.upper() in SECOND_WORDS else ""
        if words in TWO_WORDS:
            result[-1] = _like(result[-1], Redshift.Tokenizer.KEYWORDS[words], words)
        else:
            result.append(token)
    return result


def _respelled(tokens: Sequence[Token]) -> list[Token]:
    """DATEPART as the function of parts of dates, # as the operator that it is where it begins no table's name, TABLE t as a query, and
    as names the keywords that are not reserved."""
    result: list[Token] = []
    for place, token in enumerate(tokens):
        is_word = token.token_type == TokenType.VAR
        if result and token.token_type == TokenType.L_PAREN and _word(result[-1]) in SAME_AS_DATE_PART:
            result[-1] = _like(result[-1], TokenType.VAR, "date_part")
        if is_word and "#" in token.text and (not token.text.startswith("#") or _has_a_value(result)):
            for nth, operand in enumerate(token.text.split("#")):
                result += [_like(token, TokenType.PLUS, "+")] * (nth > 0)
                result += [_like(token, TokenType.NUMBER if operand.isdigit() else TokenType.VAR, operand)] * bool(operand)
        elif token.token_type == TokenType.TABLE and _wants_a_query(result):
            result += [_like(token, TokenType.SELECT, "select"), _like(token, TokenType.STAR, "*"), _like(token, TokenType.FROM, "from")]
        elif result and _is_a_name(token.token_type, [next_.token_type for next_ in tokens[place + 1 : place + 4]]):
            result.append(_like(token, TokenType.VAR, token.text))
        else:
            result.append(token)
    return result


def _is_a_name(keyword: TokenType, following: list[TokenType]) -> bool:
    """Whether a keyword within a statement is a name there: LOCK begins one, WINDOW w AS ( is a clause, and UNPIVOT has operands."""
    return (
        keyword == TokenType.LOCK
        or (keyword == TokenType.WINDOW and following[1:] != [TokenType.ALIAS, TokenType.L_PAREN])
        or (keyword == TokenType.UNPIVOT and following[:1] not in ([TokenType.L_PAREN], *([name] for name in NAMES)))
    )


def _wants_a_query(before: Sequence[Token]) -> bool:
    """Whether TABLE behind these begins a query: that of an INSERT, of AS, in brackets or of a set operation."""
    if not before:
        return False
    inserts = before[0].token_type == TokenType.INSERT and before[-1].token_type != TokenType.INTO
    return inserts or before[-1].token_type in BEFORE_A_QUERY


def _has_a_value(before: Sequence[Token]) -> bool:
    """Whether the last of these ends what # may stand behind; a statement's first word and TO come before a table."""
    return len(before) > 1 and before[-1].token_type in VALUES and _word(before[-1]) != "TO"


def _names_an_element(around: Sequence[Token]) -> bool:
    """Whether AT, the last but one, stands between an alias of nested data and a name: `o.items i AT n`, `o.items AS i AT n`."""
    if len(around) < len(("as", "i", "at", "n")):
        return False
    *dot, name, alias, at, after = (token.token_type for token in around)
    nested = name == TokenType.ALIAS or (name in NAMES and dot == [TokenType.DOT])
    return nested and alias in NAMES and at == TokenType.VAR and after in NAMES


def _word(token: Token) -> str:
    """The text of a token in upper case, "" for what stands in quotation marks."""
    return "" if token.token_type in {TokenType.IDENTIFIER, TokenType.STRING} else token.text.upper()


def _like(token: Token, kind: TokenType, text: str) -> Token:
    return Token(kind, text, line=token.line, col=token.col, start=token.start, end=token.end)
