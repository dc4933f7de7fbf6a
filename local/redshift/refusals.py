"""Statements that PostgreSQL runs and Redshift refuses, with the error that Redshift gives.

The list is of AWS's guide (Amazon Redshift and PostgreSQL: unsupported features, data types and functions; features that are implemented
differently; the commands' own pages), as far as words tell what is meant. The SQLSTATE is Redshift's; so is the message where a report has
it, named beside its rule, else it is that of PostgreSQL 8.0 for what it does not know. GENERATE_SERIES runs on Redshift's leader node, but
not with a table; here it is refused altogether.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from sqlglot import Token, TokenType
from sqlglot.dialects.redshift import Redshift
from sqlglot.errors import TokenError

from local.redshift.reported import UNKNOWN

UNSUPPORTED, SYNTAX, NO_FUNCTION, NO_PARAMETER, NO_TYPE, FORBIDDEN = "0A000", "42601", "42883", "42704", "42704", "42501"
FUNCTIONS = (
    "ARRAY_AGG|ARRAY_LENGTH|ARRAY_POSITION|ARRAY_TO_STRING|BIT_LENGTH|CLOCK_TIMESTAMP|CORR|COVAR_POP|COVAR_SAMP|CURRVAL|DIV|EVERY|FORMAT"
    "|GEN_RANDOM_UUID|GENERATE_SUBSCRIPTS|HASH_RECORD|JSON_AGG|JSON_BUILD_OBJECT|JSON_OBJECT_AGG|JSONB_AGG|JSONB_BUILD_OBJECT|JUSTIFY_DAYS"
    "|JUSTIFY_HOURS|JUSTIFY_INTERVAL|LASTVAL|NEXTVAL|OVERLAY|PG_ADVISORY_LOCK|PG_ADVISORY_UNLOCK|PG_ADVISORY_XACT_LOCK|PG_SLEEP"
    "|PG_TRY_ADVISORY_LOCK|REGEXP_MATCHES|REGEXP_SPLIT_TO_ARRAY|REGEXP_SPLIT_TO_TABLE|ROW_TO_JSON|SETSEED|SETVAL|STRING_AGG|STRING_TO_ARRAY"
    "|TO_JSON|TO_JSONB|TO_REGCLASS|TO_REGTYPE|TRANSACTION_TIMESTAMP|UNNEST|WIDTH_BUCKET|XML_AGG|XMLAGG"
)
TYPES = "BIGSERIAL|BYTEA|CIDR|HSTORE|INET|JSON|JSONB|MACADDR|MONEY|SERIAL|SMALLSERIAL|TSQUERY|TSVECTOR|UUID|XML"
OBJECTS = "AGGREGATE|CAST|CONVERSION|DOMAIN|EVENT TRIGGER|EXTENSION|OPERATOR|POLICY|RULE|SEQUENCE|SERVER|TABLESPACE|TRIGGER|TYPE"
PARAMETERS = "|".join(sorted(name.upper() for name in UNKNOWN))


class Words(Redshift.Tokenizer):
    """Takes every statement for words, those also that sqlglot would take for a command and one text."""

    COMMANDS: ClassVar[set[TokenType]] = set()


@dataclass(frozen=True)
class Refusal:
    """Redshift's error."""

    sqlstate: str
    message: str


@dataclass(frozen=True)
class Rule:
    """A pattern of a statement's words, and the error: its message has `{1}` for a word of the pattern, `{sql}` for the statement."""

    pattern: str
    sqlstate: str
    message: str


def _syntax(pattern: str) -> Rule:
    return Rule(pattern, SYNTAX, 'syntax error at or near "{1}"')


COMMAND = 'SQL command "{sql}" not supported.'  # alembic_utils#123
RULES = (
    # Transactions and connections
    Rule("^ (SAVEPOINT|RELEASE|ROLLBACK TO|ROLLBACK (?:WORK|TRANSACTION) TO) ", UNSUPPORTED, COMMAND),
    _syntax("^ DEALLOCATE (?:PREPARE )?(ALL) "),
    _syntax("^ (DISCARD|DO|REINDEX|CLUSTER|REFRESH MATERIALIZED VIEW CONCURRENTLY) "),
    Rule("^ (LISTEN|NOTIFY|UNLISTEN|PREPARE TRANSACTION|COMMIT PREPARED) ", UNSUPPORTED, COMMAND),
    Rule(f"^ (?:SET|SET SESSION|SET LOCAL|SHOW|RESET) ({PARAMETERS}) ", NO_PARAMETER, 'unrecognized configuration parameter "{1}"'),
    Rule(rf" (?:CURRENT_SETTING|SET_CONFIG) \( '({PARAMETERS})' ", NO_PARAMETER, 'unrecognized configuration parameter "{1}"'),
    # sqlectron-core#97, duckdb-postgres#245
    Rule(r"^ SHOW (SERVER_VERSION) | CURRENT_SETTING \( '(?:SERVER_VERSION)' ", FORBIDDEN, 'must be superuser to examine "server_version"'),
    # Definitions
    Rule("^ CREATE (?:UNIQUE )?INDEX ", UNSUPPORTED, 'SQL command "{sql}" not supported on Redshift tables.'),
    Rule(f"^ CREATE (?:OR REPLACE |CONSTRAINT |TEMP |TEMPORARY )?({OBJECTS}) ", UNSUPPORTED, COMMAND),
    Rule("^ CREATE FOREIGN (TABLE|DATA WRAPPER) ", UNSUPPORTED, COMMAND),
    Rule(f"^ CREATE .*? [(,] (\\S+) ({TYPES}) ", UNSUPPORTED, 'Column "{1}" has unsupported type "{2}".'),  # knex#3546
    Rule(f"^ ALTER TABLE .* ADD (?:COLUMN )?(\\S+) ({TYPES}) ", UNSUPPORTED, 'Column "{1}" has unsupported type "{2}".'),
    Rule(r"^ CREATE .*? [(,] (\S+) (\w+)(?: \( [\d ,]+ \))? \[ ", UNSUPPORTED, 'Column "{1}" has unsupported type "{2}[]".'),
    _syntax(r"^ CREATE (?:TEMP |TEMPORARY )?TABLE .* \) (INHERITS|PARTITION|TABLESPACE) "),
    _syntax("^ CREATE (UNLOGGED) "),
    _syntax(r"^ ALTER TABLE .* ADD (?:COLUMN )?(?:(?! ADD ).)+ (,) ADD "),
    _syntax("^ ALTER TABLE .* ADD COLUMN (IF) NOT EXISTS "),
    # Changes of rows
    _syntax("^ (?:WITH|INSERT|MERGE).* ON (CONFLICT) "),
    _syntax("^ (?:WITH|INSERT|UPDATE|DELETE|MERGE) .* (RETURNING) "),
    _syntax(r"^ WITH .* AS (?:(?:NOT )?MATERIALIZED )?\( (INSERT|UPDATE|DELETE|MERGE) "),
    _syntax("^ MERGE .* WHEN (?:NOT )?MATCHED (BY|AND) "),
    _syntax("^ MERGE .* THEN (DO) NOTHING "),
    _syntax("^ MERGE (?!.* WHEN MATCHED .* WHEN NOT MATCHED )(?!.* REMOVE DUPLICATES ).* (WHEN) "),
    _syntax("^ MERGE .* WHEN MATCHED .* (WHEN) MATCHED "),
    _syntax("^ TRUNCATE .* (,|CASCADE|RESTRICT|RESTART|CONTINUE) "),
    Rule(
        "^ COPY .* (?:FROM|TO) (STDIN|STDOUT) ",
        UNSUPPORTED,
        "LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)",
    ),
    # Queries
    Rule(r" SELECT DISTINCT ON \( ", UNSUPPORTED, "SELECT DISTINCT ON is not supported"),
    _syntax(" (?:,|JOIN|FROM) (LATERAL) "),
    _syntax(r" (?:FROM|JOIN) \( (VALUES) "),
    _syntax(" IS (?:NOT )?(DISTINCT) FROM "),
    _syntax(r" \) FILTER (\() WHERE "),
    _syntax(r" ARRAY (\[) "),
    Rule(rf" ({FUNCTIONS}) \( ", NO_FUNCTION, "function {1} does not exist"),  # sequelize#15193
    Rule(r" (GENERATE_SERIES) \( ", UNSUPPORTED, "Specified types or functions (one per INFO message) not supported on Redshift tables."),
    Rule(f" :: ({TYPES}) ", NO_TYPE, 'type "{1}" does not exist'),
    Rule(rf" CAST \( (?:(?! CAST ).)* AS ({TYPES}) \) ", NO_TYPE, 'type "{1}" does not exist'),
    Rule(r" :: (\w+)(?: \( [\d ,]+ \))? \[ \] ", NO_TYPE, 'type "{1}[]" does not exist'),
)


def refusal(sql: str) -> Refusal | None:
    """The error of the first statement of `sql` that Redshift refuses; None where nothing here says that it does."""
    try:
        tokens = Words(Redshift).tokenize(sql)
    except TokenError:
        return None  # the server says it better
    found = (_refused(statement, sql) for statement in _statements(tokens))
    return next(filter(None, found), None)


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    for ends, statement in groupby(tokens, lambda token: token.token_type == TokenType.SEMICOLON):
        if not ends:
            yield list(statement)


def _refused(statement: list[Token], sql: str) -> Refusal | None:
    words = f" {' '.join(map(_word, statement))} "
    for rule in RULES:
        found = re.search(rule.pattern, words, re.DOTALL)
        if found:
            text = sql[statement[0].start : statement[-1].end + 1]
            groups = [(group or "").lower() for group in found.groups()]
            return Refusal(rule.sqlstate, rule.message.format("", *groups, sql=text))
    return None


def _word(token: Token) -> str:
    """What a pattern sees of a token: names in quotes and strings stay apart from words, and of strings only the short ones are seen."""
    if token.token_type == TokenType.IDENTIFIER:
        return f'"{token.text.upper()}"'
    if token.token_type in {TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING}:
        return f"'{token.text.upper() if token.text.isidentifier() else ''}'"
    return token.text.upper()
