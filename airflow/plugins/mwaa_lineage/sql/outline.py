"""The tables of a statement that is not parsed, as it is too large or nested too deeply, or as there was no time: found in one pass.

Columns are not told. What is told of tables is what FROM, JOIN, INTO and the like name; names of CTEs, functions and aliases are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from mwaa_lineage.sql.condensed import COMMENT, DOLLARS, STRING
from mwaa_lineage.sql.relations import Location

_NAME = r'(?:"(?:[^"]|"")*+"|[^\W\d][\w$]*+|\#\w++)'
_TOKEN = re.compile(
    rf"(?P<string>{STRING}|{DOLLARS})|(?P<skip>{COMMENT}|[\d][\w.]*+)|(?P<name>{_NAME}(?:\s*+\.\s*+{_NAME})*+)(?P<call>\s*+\()?+|(?P<mark>[(),;])",
    re.DOTALL,
)
_PART = re.compile(_NAME)
_BLANK = re.compile(rf"(?:\s++|{COMMENT})*+")
_STATEMENTS = {"INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "UNLOAD", "CREATE"}
_NO_STATEMENT = {"FOR", "DO", "THEN"}  # before UPDATE and the like: no statement of their own
_BEFORE_NAME = {
    "TABLE",
    "VIEW",
    "MATERIALIZED",
    "EXTERNAL",
    "TEMP",
    "TEMPORARY",
    "LOCAL",
    "IF",
    "NOT",
    "EXISTS",
    "LATERAL",
    "ONLY",
    "RECURSIVE",
}
_ENDS_FROM = {"WHERE", "GROUP", "ORDER", "HAVING", "QUALIFY", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "MINUS", "WINDOW", "FETCH"}
_ENDS_FROM |= {"SELECT", "SET", "VALUES", "RETURNING", "WHEN"}
_NO_ALIAS = {"ON", "AS", "NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "DISTINCT"}
_GOES_ON = {**dict.fromkeys(_ENDS_FROM, ("", "")), "WITH": ("WITH", "cte"), "JOIN": ("FROM", "table")}
"""By word: what a comma goes on with from there, and what the next name is."""
_WORDS = {*_STATEMENTS, *_NO_STATEMENT, *_BEFORE_NAME, *_NO_ALIAS, *_GOES_ON, "FROM", "USING", "INTO", "TO"}
_JUMPED = (  # what says nothing where no name is expected
    rf"[^\w'\"$/();,#-]++|(?!(?i:{'|'.join(sorted(_WORDS))})\b)[\w#][\w$]*+|-(?!-)|/(?!\*)|\"(?:[^\"]|\"\")*+\""
)
_ATONCE = 5_000  # pieces: `re` lets no other thread run meanwhile
_JUMP = re.compile(rf"(?:{_JUMPED}|,){{0,{_ATONCE}}}+")
_JUMP_IN_LIST = re.compile(rf"(?:{_JUMPED}){{0,{_ATONCE}}}+")
_MOST_PARTS = 3
_DEEPEST = 10_000  # brackets
MOST_TABLES = 5_000  # that are read by a statement, and told


@dataclass
class Outline:
    """What a statement reads, and writes if anything; `made` is the table that it makes."""

    read: list[exp.Table | Location] = field(default_factory=list)
    target: exp.Table | Location | None = None
    made: exp.Create | None = None
    doubtful: list[exp.Table] = field(default_factory=list)  # read, if they are tables: the name begins with an alias or a CTE's name
    cut: bool = False  # it reads more tables than are told

    @property
    def tables(self) -> list[exp.Table]:
        """Those that it mentions."""
        return [table for table in (*self.read, *self.doubtful, self.target) if isinstance(table, exp.Table)]


def split(text: str) -> Iterator[str]:
    """The statements of `text`."""
    start = 0
    for found in _TOKEN.finditer(text):
        if found["mark"] == ";":
            yield from _bare(text[start : found.start()])
            start = found.end()
    yield from _bare(text[start:])


def _bare(sql: str) -> Iterator[str]:
    """A statement without what stands before its first word; nothing where it has none."""
    if sql := sql[_BLANK.match(sql).end() :].rstrip():  # type: ignore[union-attr]
        yield sql


def outline(statement: str) -> Outline:
    """The tables of one statement."""
    scan, at = _Scan(), 0
    while True:
        if not scan.wants_name:
            jumped = (_JUMP_IN_LIST if scan.top.lists else _JUMP).match(statement, at)
            if jumped and jumped[0].strip():
                at, scan.before = jumped.end(), "others"
        found = _TOKEN.search(statement, at)
        scan.found.cut = len(scan.found.read) + len(scan.found.doubtful) > MOST_TABLES
        if found is None or len(scan.stack) > _DEEPEST or scan.found.cut:
            return scan.all()
        scan.token(found)
        at = found.end()


@dataclass
class _Bracket:
    """What is known of the query, or of anything else, between two brackets."""

    query: bool = False
    lists: str = ""  # what a comma goes on with: FROM, WITH
    expects: str = ""  # what the next name is: table, target, cte
    cte: str = ""  # whose query it is
    aliases: set[str] = field(default_factory=set)


class _Scan:
    """One pass through a statement."""

    def __init__(self) -> None:
        self.found = Outline()
        self.kind = ""
        self.stack = [_Bracket()]
        self.before = ""
        self.recursive = self.temporary = self.exists = self.after_table = False
        self.ctes: set[str] = set()
        self.place = ""  # what the next string is: a location that is read or written
        self.seen: set[tuple[str, ...]] = set()

    def all(self) -> Outline:
        """What was found. A DELETE that reads nothing writes nothing."""
        if self.kind == "DELETE" and not self.found.read:
            self.found.target = None
        return self.found

    @property
    def top(self) -> _Bracket:
        return self.stack[-1]

    @property
    def wants_name(self) -> bool:
        """Whether the next word can be a name that counts, of a table or of an alias."""
        return bool(self.top.expects) or self.after_table or self.before in ("AS", "")

    def token(self, found: re.Match[str]) -> None:
        if found["name"]:
            word = found["name"].upper()
            if word in _WORDS:
                self._word(word)
                self.before = word
            elif found["call"] and self.top.expects == "table":  # a function
                self.top.expects, self.before = "", "name"
            else:
                self._name(found["name"])
            if found["call"]:
                self._open()
        elif found["string"]:
            self._string(found["string"])
        elif found["mark"]:
            self._mark(found["mark"])

    def _mark(self, mark: str) -> None:
        if mark == "(":
            self._open()
        elif mark == ")" and len(self.stack) > 1:
            closed = self.stack.pop()
            if closed.cte:
                self.ctes.add(closed.cte)
            self.top.expects = ""
        elif mark == ",":
            self.top.expects = {"FROM": "table", "WITH": "cte"}.get(self.top.lists, "")
        self.after_table, self.before = mark == ")", mark

    def _open(self) -> None:
        cte = self.top.cte if self.top.lists == "WITH" and self.before == "AS" else ""
        inside = self.top.expects == "table"
        self.top.cte = "" if cte else self.top.cte
        self.stack.append(_Bracket(lists="FROM" if inside else "", expects="table" if inside else "", cte=cte))
        self.before = "("

    def _string(self, string: str) -> None:
        text = string[1:-1] if string[0] == "'" else string.split("$", 2)[2].rsplit("$", 2)[0]
        if self.kind == "UNLOAD" and not self.place and self.before == "(":
            self.found.read += outline(text.replace("''", "'").replace("\\'", "'")).read
        elif self.place and (location := Location.parse(text)):
            if self.place == "read":
                self.found.read.append(location)
            else:
                self.found.target = location
        self.place, self.before = "", "string"
        self.top.expects = ""

    def _name(self, name: str) -> None:
        if self.top.expects:
            self._expected(name, self.top.expects)
        elif self.after_table or (self.before == "AS" and self.top.lists == "FROM"):
            self.top.aliases.add(_parts(name)[0])
        self.after_table = self.top.expects in ("table", "target")
        self.top.expects = ""
        self.before = "name"

    def _expected(self, name: str, what: str) -> None:
        parts = _parts(name)
        if what == "cte":
            self.top.cte = parts[-1]
            if self.recursive:
                self.ctes.add(parts[-1])
        elif what == "target":
            self._target(_table(parts))
        elif (len(parts) == 1 and parts[0] in self.ctes) or len(parts) > _MOST_PARTS:
            return
        elif len(parts) > 1 and (parts[0] in self.ctes or any(parts[0] in bracket.aliases for bracket in self.stack)):
            self.found.doubtful.append(_table(parts))
        elif parts not in self.seen:
            self.seen.add(parts)
            self.found.read.append(_table(parts))

    def _target(self, table: exp.Table) -> None:
        self.found.target = table
        if self.kind in ("CREATE", "INTO"):
            temporary = exp.Properties(expressions=[exp.TemporaryProperty()]) if self.temporary else None
            self.found.made = exp.Create(this=table, kind="TABLE", exists=self.exists, properties=temporary)

    def _word(self, word: str) -> None:
        top, outermost = self.top, len(self.stack) == 1
        if word in _BEFORE_NAME:
            self._before_name(word)
        elif word in _STATEMENTS:
            self._begins(word)
        elif word in _GOES_ON:
            if word == "SELECT":
                top.query, top.aliases = True, set()
            top.lists, top.expects = _GOES_ON[word]
        elif word == "FROM":
            self._from()
        elif outermost:
            self._outermost(word)
        self.after_table = self.after_table and word == "AS"

    def _outermost(self, word: str) -> None:
        if word == "USING" and self.kind in ("DELETE", "MERGE"):
            self.top.lists, self.top.expects = _GOES_ON["JOIN"]
        elif word == "INTO":
            self.kind, self.top.expects = self.kind or "INTO", "target"
        elif word == "TO" and self.kind == "UNLOAD":
            self.place = "written"

    def _before_name(self, word: str) -> None:
        makes = self.kind in ("CREATE", "INTO")
        self.temporary |= word in ("TEMP", "TEMPORARY") and makes
        self.exists |= word == "EXISTS" and makes and self.top.expects == "target"
        self.recursive |= word == "RECURSIVE"
        if word in ("TABLE", "VIEW") and self.kind == "CREATE" and self.found.target is None:
            self.top.expects = "target"

    def _begins(self, word: str) -> None:
        if len(self.stack) > 1 or self.kind or self.before in _NO_STATEMENT:
            return
        self.kind, self.top.lists = word, ""
        self.top.expects = "target" if word in ("UPDATE", "DELETE", "COPY") else ""

    def _from(self) -> None:
        top = self.top
        if self.kind == "DELETE" and len(self.stack) == 1 and top.expects == "target":
            return
        if self.kind == "COPY" and len(self.stack) == 1:
            self.place = "read"
        elif (top.query or (self.kind == "UPDATE" and len(self.stack) == 1)) and self.before != "DISTINCT":
            top.lists, top.expects = "FROM", "table"


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part[1:-1].replace('""', '"').lower() if part[0] == '"' else part.lower() for part in _PART.findall(name))


def _table(parts: tuple[str, ...]) -> exp.Table:
    database, schema, name = ("", "", *parts)[-_MOST_PARTS:]
    quoted = {key: exp.to_identifier(part, quoted=True) for key, part in (("db", schema), ("catalog", database)) if part}
    return exp.Table(this=exp.to_identifier(name, quoted=True), **quoted)
