"""Stores, and what to send to them."""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lineage.expected import Expected
from lineage.expected_files import load
from lineage.store.database import Database
from tests.lineage.served import Serve, start
from tests.lineage.tickit import EXPECTED_FILES, VALUES, Json, Store, client_of, pipeline_events


@pytest.fixture(scope="session")
def expected() -> Expected:
    return load(EXPECTED_FILES, VALUES)


@pytest.fixture
def events(expected: Expected) -> list[Json]:
    """The events of a whole, successful pipeline, free to be changed."""
    return copy.deepcopy(pipeline_events(expected))


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes stores, each with a database of its own."""
    with ExitStack() as stack:

        def make() -> Store:
            made.append(len(made))
            database = Database(tmp_path / f"lineage{made[-1]}.db")
            return Store(stack.enter_context(client_of(database)), database)

        made: list[int] = []
        yield make


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    return new_store()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts stores as processes, all on one database."""
    with ExitStack() as stack:
        yield lambda: start(tmp_path / "lineage.db", stack)
