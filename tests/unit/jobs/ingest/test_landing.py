import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.ingest.delivery import ENVELOPE, UNFINISHED_AFTER_SECONDS, verify
from jobs.ingest.landing import LocalLanding, open_landing
from tests.unit.jobs.ingest.landing_contract import FILE, FOLDER, NOW, SOURCE, LandingContract, made


@dataclass
class LocalZone:
    root: Path
    landing: LocalLanding

    def put(self, key: str, content: bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def age(self) -> float:
        newest = max(path.stat().st_mtime for path in self.root.rglob("*") if path.is_file())
        return newest + UNFINISHED_AFTER_SECONDS


@pytest.fixture
def zone(tmp_path: Path) -> LocalZone:
    (tmp_path / "zone").mkdir()
    return LocalZone(tmp_path / "zone", LocalLanding(tmp_path / "zone"))


class TestLocalLanding(LandingContract):
    pass


def test_an_address_says_what_kind_of_landing_zone_it_is(tmp_path: Path) -> None:
    assert open_landing(tmp_path).uri == str(tmp_path)
    with pytest.raises(UsageError, match="expected a folder or s3://bucket/prefix"):
        open_landing("ftp://host/landing")
    with pytest.raises(UsageError, match="no landing folder"):
        open_landing(tmp_path / "absent").find(NOW)


def test_a_delivery_written_in_the_zone_itself_has_landed(zone: LocalZone) -> None:
    folder = made(zone.root)
    assert zone.landing.deliver(folder) == str(folder)


def test_case_17_a_landing_zone_that_is_a_link_is_refused(zone: LocalZone, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(zone.root)
    with pytest.raises(UsageError, match="is a symbolic link; name the folder itself"):
        LocalLanding(tmp_path / "link").find(NOW)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_case_17_a_link_in_the_zone_is_not_followed(zone: LocalZone, tmp_path: Path, depth: int) -> None:
    own = made(zone.root)
    other = made(tmp_path / "other", serial=2)
    parts = other.parts[-3:]
    link = zone.root.joinpath(*parts[:depth])
    if link.exists():
        shutil.rmtree(link)
    link.symlink_to((tmp_path / "other").joinpath(*parts[:depth]))
    found, warnings = zone.landing.find(NOW)
    assert [d.delivery_id for d in found] == ([own.name] if depth == 3 else [])
    assert warnings == [f"landing_link: {'/'.join(parts[:depth])} is a link; it was not followed"]


def test_case_17_a_linked_file_is_refused(zone: LocalZone, tmp_path: Path) -> None:
    folder = made(zone.root)
    (folder / FILE).rename(tmp_path / "elsewhere")
    (folder / FILE).symlink_to(tmp_path / "elsewhere")
    ((found,), _) = zone.landing.find(NOW)
    with pytest.raises(DataRefused, match=f"delivery_invalid: .*{FILE}: is a link"):
        verify(found, folder)
    (folder / ENVELOPE).rename(tmp_path / "envelope")
    (folder / ENVELOPE).symlink_to(tmp_path / "envelope")
    found_now, warnings = zone.landing.find(NOW)
    assert found_now == []
    assert warnings == [f"landing_link: {FOLDER}/{ENVELOPE} is no file; the delivery was not read"]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of a superuser, who may read everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def open_zone() -> Iterator[LocalZone]:
    """A zone that other users can reach too."""
    root = Path(mkdtemp())
    root.chmod(0o755)
    yield LocalZone(root, LocalLanding(root))
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(root)


CLOSED: list[tuple[str, Callable[[Path], Path]]] = [
    (SOURCE, lambda folder: folder.parents[1]),
    (f"{SOURCE}/2026-01", lambda folder: folder.parent),
    (FOLDER, lambda folder: folder / ENVELOPE),
]


@pytest.mark.parametrize(("name", "closed"), CLOSED)
def test_case_17_what_may_not_be_read_is_named_and_holds_up_no_other(
    open_zone: LocalZone, name: str, closed: Callable[[Path], Path]
) -> None:
    folder = made(open_zone.root)
    other = open_zone.root / "brreg_enheter/2026-02-10/20260210T041500Z-0001"
    other.mkdir(parents=True)
    (other / ENVELOPE).write_bytes(b"{}")
    closed(folder).chmod(0)
    with as_nobody():
        found, warnings = open_zone.landing.find(NOW)
    assert [d.source for d in found] == ["brreg_enheter"]
    assert warnings == [f"landing_unreadable: {name} may not be read"]


def test_case_17_a_zone_that_may_not_be_read_is_refused(open_zone: LocalZone) -> None:
    open_zone.root.chmod(0)
    with as_nobody(), pytest.raises(NotPermitted, match=r"the landing folder .* may not be read"):
        open_zone.landing.find(NOW)
