import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.errors import DataRefused
from jobs.ingest.unzip import UnzipLimits, only_member

TEXT = b"a;b\r\n" + b"".join(b"%d;%d\r\n" % (n, n * 7919 % 10007) for n in range(2000))


def _archive(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _blocks(path: Path, limits: UnzipLimits | None = None) -> Iterator[bytes]:
    with only_member(path, ".csv", limits or UnzipLimits()) as stream:
        yield from iter(lambda: stream.read(1000), b"")


def _read(path: Path, limits: UnzipLimits | None = None) -> bytes:
    return b"".join(_blocks(path, limits))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_one_member_comes_out_whole(tmp_path: Path, compression: int) -> None:
    members = {"mappe/": b"", "lesmeg.txt": b"x", "mappe/FIL.CSV": TEXT}
    assert _read(_archive(tmp_path / "a.zip", members, compression)) == TEXT


@pytest.mark.parametrize("members", [{"a.txt": b"x"}, {"a.csv": b"x", "b.csv": b"y"}, {"a.csv/": b""}])
def test_none_or_several_are_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(DataRefused, match="one member"):
        _read(_archive(tmp_path / "a.zip", members))


def test_case_27_more_than_may_be_unpacked_is_refused_while_reading(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", {"a.csv": TEXT})
    assert _read(path, UnzipLimits(unpacked_bytes=len(TEXT))) == TEXT
    with pytest.raises(DataRefused, match="bytes after unpacking"):
        _read(path, UnzipLimits(unpacked_bytes=len(TEXT) - 1))


def test_case_27_a_zip_bomb_is_stopped_by_its_ratio(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", {"a.csv": bytes(10_000_000)})
    size = zipfile.ZipFile(path).infolist()[0].compress_size
    limits = UnzipLimits(ratio_from=1_000_000)
    got = 0

    def read() -> None:
        nonlocal got
        for block in _blocks(path, limits):
            got += len(block)

    with pytest.raises(DataRefused, match="zip bomb"):
        read()
    assert 0 < got <= max(limits.ratio * size, limits.ratio_from) + (1 << 19)
    # Deflate cannot do better than this, so that it is the ratio and not the archive that is refused.
    assert len(_read(path, UnzipLimits(ratio_from=1_000_000, ratio=1100))) == 10_000_000


def test_case_27_the_size_in_the_directory_is_not_believed(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", {"a.csv": TEXT})
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(DataRefused, match="damaged"):
        _read(path)


def test_case_27_too_many_members_are_refused(tmp_path: Path) -> None:
    members = {f"{number}.txt": b"" for number in range(9)} | {"a.csv": b"x"}
    path = _archive(tmp_path / "a.zip", members)
    assert _read(path, UnzipLimits(members=10)) == b"x"
    with pytest.raises(DataRefused, match="10 members"):
        _read(path, UnzipLimits(members=9))


def test_case_27_an_archive_in_the_archive_is_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("b.csv", TEXT)
    path = _archive(tmp_path / "a.zip", {"inner.zip": inner.getvalue(), "a.csv": b"x"})
    assert _read(path) == b"x"


@pytest.mark.parametrize("name", ["../../ut.csv", "/etc/ut.csv", "c:\\ut.csv"])
def test_case_28_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inne" / "her"
    folder.mkdir(parents=True)
    assert _read(_archive(folder / "a.zip", {name: TEXT})) == TEXT
    assert [p.name for p in sorted(tmp_path.rglob("*"))] == ["inne", "her", "a.zip"]


def test_case_29_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", {"a.csv": TEXT})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    path.write_bytes(content)
    with pytest.raises(DataRefused, match="encrypted"):
        _read(path)


def test_case_29_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="compression method 14"):
        _read(_archive(tmp_path / "a.zip", {"a.csv": TEXT}, zipfile.ZIP_LZMA))


@pytest.mark.parametrize("damage", ["cut", "flipped", "no archive"])
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: str) -> None:
    path = _archive(tmp_path / "a.zip", {"a.csv": TEXT})
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    else:
        content = bytearray(b"PK\x03\x04 not really")
    path.write_bytes(content)
    with pytest.raises(DataRefused, match="damaged or no zip"):
        _read(path)
