"""What names mean at one place of a query: the sources of its FROM, and those of the queries around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from mwaa_lineage.sql.origins import PSEUDO_COLUMNS, Derivation, Origins, lost, union
from mwaa_lineage.sql.rows import Rows


@dataclass(frozen=True)
class Source:
    """One item of FROM. `names`: its alias alone, or database, schema and name of a table without one."""

    names: Sequence[str]
    rows: Rows
    element: Origins | None = None  # of an element of nested data, into which any name leads

    def answers_to(self, parts: Sequence[str]) -> bool:
        """Whether `parts` name it, as in alias.column or schema.table.column."""
        return 0 < len(parts) <= len(self.names) and list(self.names[-len(parts) :]) == list(parts)

    def column(self, name: str) -> Origins | None:
        """The origins of a column that is named with this source, None where it has no such."""
        if self.element is not None:
            return self.element
        return {} if name in PSEUDO_COLUMNS and name not in self.rows.named else self.rows.find(name)


@dataclass
class Scope:
    """The names that one SELECT can use. `columns` are those that it finds without a source's name, and that * gives."""

    parent: "Scope | None" = None
    ctes: dict[str, Rows] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    columns: Rows = field(default_factory=Rows)
    aliases: dict[str, Origins] = field(default_factory=dict)  # of the SELECT so far
    windows: dict[str, exp.Expr] = field(default_factory=dict)

    def chain(self) -> Iterator["Scope"]:
        """This scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def column(self, parts: Sequence[str]) -> Origins:
        """The origins of a column, named as in column, table.column or schema.table.column, with fields of nested data behind it."""
        if len(parts) == 1:
            return self._bare(parts[0])
        if (found := self.path(parts)) is not None:
            return found
        nested = self._bare(parts[0]) if any(parts[0] in scope.columns.named for scope in self.chain()) else lost(".".join(parts))
        return union(nested, derivation=Derivation.TRANSFORMATION)

    def path(self, parts: Sequence[str]) -> Origins | None:
        """The origins of what `parts` name, from the name of a source on; None where no source is named so, or has no such column."""
        for scope in self.chain():
            named = False
            for length in range(min(len(parts) - 1, 3), 0, -1):
                sources = [source for source in scope.sources if source.answers_to(parts[:length])]
                named = named or bool(sources)
                if sources and (found := self._of(sources, parts, length)) is not None:
                    return found
            if named:
                return None
        return None

    @staticmethod
    def _of(sources: Sequence[Source], parts: Sequence[str], length: int) -> Origins | None:
        if len(sources) > 1:
            return lost(".".join(parts))
        origins = sources[0].column(parts[length])
        deeper = len(parts) > length + 1 and origins is not None
        return union(origins or {}, derivation=Derivation.TRANSFORMATION) if deeper else origins

    def source(self, parts: Sequence[str]) -> Source | None:
        """The one source that `parts` name."""
        for scope in self.chain():
            if sources := [source for source in scope.sources if source.answers_to(parts)]:
                return sources[0] if len(sources) == 1 else None
        return None

    def _bare(self, name: str) -> Origins:
        """The origins of a column without a table's name: of the innermost SELECT that has it.

        An alias of the same SELECT comes after the columns of FROM (Amazon Redshift Database Developer Guide, SELECT list). Whether it
        comes before those of an outer query is said nowhere, and engines differ.
        A source whose columns are not known may have any column, so that only what nothing else can have is taken for its own.
        """
        found: list[Origins] = []
        for scope in self.chain():
            fields = scope.columns.named.get(name)
            found += [field.origins for field in fields or ()]
            if not fields and scope is self and name in self.aliases:
                outer = self.parent.chain() if self.parent else ()
                found.append(lost(name) if any(name in around.columns.named for around in outer) else self.aliases[name])
            certain = bool(found)
            if not fields:
                found += [some.column(name) for some in scope.columns.opens if name not in PSEUDO_COLUMNS]
            if certain:
                break
        if len(found) == 1:
            return found[0]
        if found:
            return lost(name)
        whole = self.source([name])
        return union(whole.rows.all(), derivation=Derivation.TRANSFORMATION) if whole else {} if name in PSEUDO_COLUMNS else lost(name)
