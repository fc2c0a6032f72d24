"""What all tests may use; nothing heavy is imported before a test asks for it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from jobs.engine import Engine


@pytest.fixture(scope="session")
def engine() -> Iterator["Engine"]:
    """One Sail engine for the whole test session."""
    from jobs.engine import open_engine

    with open_engine("sail") as running:
        yield running
