"""The words in a picture: what stands in a box, how wide it is, and how it is cut to fit."""

from collections.abc import Sequence
from dataclasses import dataclass

FONTS = "'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
SOFT_HYPHEN = "\N{SOFT HYPHEN}"
NAME_SIZE = 12.5
UNDER_SIZE = 11.0
WIDE = frozenset("MWmw@%&ÆŒ—…")
NARROW = frozenset("iljtfrI.,:;'|!()[] -\N{NO-BREAK SPACE}")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in a box.

    Attributes:
        title: Name.
        under: What stands under it.
        note: What stands last, for example the day of a bankruptcy.
    """

    title: str
    under: str = ""
    note: str = ""

    @property
    def full(self) -> str:
        """Everything, for the tooltip."""
        told = " · ".join(part for part in (self.title, self.under, self.note) if part)
        return told.replace(SOFT_HYPHEN, "")


def numbers_text(numbers: Sequence[int], most: int = 3) -> str:
    """Evidence numbers, runs drawn together: `E1, E3–E5`.

    Args:
        numbers: Numbers.
        most: Most runs told; further numbers are counted.
    """
    runs: list[list[int]] = []
    for n in sorted(set(numbers)):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    told = [f"E{run[0]}" if len(run) == 1 else f"E{run[0]}–E{run[-1]}" for run in runs[:most]]
    rest = sum(len(run) for run in runs[most:])
    return ", ".join([*told, *([f"+{rest}"] if rest else [])])


def text_width(text: str, size: float) -> float:
    """About how wide a text is in a system font, on the safe side."""
    units = sum(0.36 if c in NARROW else 0.95 if c in WIDE or ord(c) > 0x2E7F else 0.63 for c in text)
    return units * size


def fitted(text: str, size: float, width: float, lines: int) -> list[str]:
    """A text broken at spaces and soft hyphens into lines that fit; what does not fit ends in an ellipsis."""
    told: list[str] = []
    rest = text.split(" ")
    while rest and len(told) < lines:
        line = rest.pop(0)
        while rest and text_width(f"{line} {rest[0]}", size) <= width:
            line = f"{line} {rest.pop(0)}"
        if text_width(line, size) > width and len(told) < lines - 1:
            fits = [n for n in range(1, len(line)) if text_width(f"{line[:n]}-", size) <= width] or [1]
            cut = max((n for n in fits if line[n] == SOFT_HYPHEN), default=fits[-1])
            rest.insert(0, line[cut:])
            line = f"{line[:cut]}-"
        told.append(line.replace(SOFT_HYPHEN, ""))
    if rest or (told and text_width(told[-1], size) > width):
        last = told[-1]
        while last and text_width(f"{last}…", size) > width:
            last = last[:-1]
        told[-1] = f"{last.rstrip()}…"
    return told
