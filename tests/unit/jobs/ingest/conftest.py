import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.contract import FOLDER
from jobs.ingest.tokens import Tokens
from jobs.lake.lake import Lake
from tests.unit.jobs.ingest.desk import RING, Desk, Record


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty landing zone and an empty lake."""
    (tmp_path / "landing").mkdir()
    return Desk(tmp_path / "landing", Lake.open(tmp_path / "lake"))


@pytest.fixture
def tokens() -> Tokens:
    """Tokens of the published demonstration key."""
    return Tokens(RING.core_key())


@pytest.fixture(scope="session")
def example() -> Callable[[str, str], list[Record]]:
    """Records of the contract's JSON examples: `example("skatteetaten_amelding", "amelding_*.jsonl.gz")`."""

    def read(source_name: str, pattern: str) -> list[Record]:
        path = sorted((FOLDER / "examples" / source_name).glob(f"*/*/{pattern}"))[0]
        text = gzip.decompress(path.read_bytes()).decode()
        if ".jsonl" in pattern:
            return [json.loads(line) for line in text.splitlines()]
        found: list[Record] = json.loads(text)
        return found

    return read
