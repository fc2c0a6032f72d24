"""One walk through the records of a block: the values of every item of every list that tables need.

The walk is generated as Python source from the tree of lists and compiled, which is several times as fast as
interpreting the tree for each item: it is the innermost loop of an intake. For a record type with a list
`jobs`, of which the fields `kind` and `at.place` are wanted, `Walk.source` gives:

    def walk(records, v0, c0, i0, v1, c1, i1):
     for n0 in records:
      g0 = n0.get
      v0((g0('id'), ))
      l1 = g0('jobs') or ()
      c1(len(l1))
      for n1 in l1:
       g1 = n1.get
       a1_0 = (g1('at') or E).get
       v1((g1('kind'), a1_0('place'), ))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.ingest.paths import Segment, getter

Record = dict[str, Any]
Places = npt.NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Branch:
    """The record, or a list in it.

    Attributes:
        number: Its place in the walk.
        part: Steps from an item of the list around it; the last one is the list, under one name or several.
        parent: The list around it; None is the record.
        children: Lists in its items.
        wanted: Steps to each value that is wanted of an item.
        keeps_items: Whether the items themselves are wanted.
    """

    number: int
    part: tuple[Segment, ...] = ()
    parent: "Branch | None" = None
    children: list["Branch"] = field(default_factory=list)
    wanted: list[tuple[Segment, ...]] = field(default_factory=list)
    keeps_items: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the list; one of them, or several that are walked through one after the other."""
        return self.part[-1].names

    def value(self, steps: tuple[Segment, ...]) -> int:
        """Ask for a value of each item.

        Args:
            steps: Steps to it.

        Returns:
            Its place among the values.
        """
        if steps not in self.wanted:
            self.wanted.append(steps)
        return self.wanted.index(steps)


class Walk:
    """The tree of lists, and the function made of it."""

    def __init__(self) -> None:
        """Begin with the record."""
        self.root = Branch(0)
        self._branches = [self.root]
        self._function: Callable[..., None] | None = None

    def child(self, branch: Branch, part: tuple[Segment, ...]) -> Branch:
        """A list in the items of another.

        Args:
            branch: The list around it.
            part: Steps to it.
        """
        for child in branch.children:
            if child.part == part:
                return child
        made = Branch(len(self._branches), part, branch)
        branch.children.append(made)
        self._branches.append(made)
        return made

    def compile(self) -> None:
        """Make the function, once everything that is wanted has been asked for."""
        source, known = self.source()
        exec(compile(source, "<walk>", "exec"), known)
        self._function = known["walk"]

    def through(self, records: Sequence[Record]) -> "Found":
        """Collect what is wanted.

        Args:
            records: Checked records.
        """
        if self._function is None:
            raise RuntimeError("the walk was not compiled")
        found = Found(len(records), len(self._branches))
        out = [(values.append, counts.append, items.append) for values, counts, items in found.lists()]
        self._function(records, *(append for appends in out for append in appends))
        return found

    def source(self) -> tuple[str, dict[str, Any]]:
        """The function as Python source, and the names that it uses."""
        known: dict[str, Any] = {"E": {}}
        arguments = ", ".join(f"v{n}, c{n}, i{n}" for n in range(len(self._branches)))
        lines = [f"def walk(records, {arguments}):", " for n0 in records:"]
        self._item(self.root, 2, lines, known)
        return "\n".join(lines) + "\n", known

    def _item(self, branch: Branch, depth: int, lines: list[str], known: dict[str, Any]) -> None:
        """What is done with one item: its values first, then the lists in it."""
        n, indent = branch.number, " " * depth
        lines.append(f"{indent}g{n} = n{n}.get")
        shared: dict[str, str] = {}
        values = "".join(
            f"{self._read(branch, steps, shared, lines, indent, known)}, " for steps in branch.wanted
        )
        lines.append(f"{indent}v{n}(({values}))")
        if branch.keeps_items:
            lines.append(f"{indent}i{n}(n{n})")
        for child in branch.children:
            m, place = child.number, f"g{n}"
            if len(child.part) > 1:
                known[f"w{m}"] = getter(child.part[:-1])
                lines.append(f"{indent}p{m} = (w{m}(n{n}) or E).get")
                place = f"p{m}"
            for name in child.names:
                lines.append(f"{indent}l{m} = {place}({name!r}) or ()")
                lines.append(f"{indent}c{m}(len(l{m}))")
                lines.append(f"{indent}for n{m} in l{m}:")
                self._item(child, depth + 1, lines, known)

    def _read(
        self,
        branch: Branch,
        steps: tuple[Segment, ...],
        shared: dict[str, str],
        lines: list[str],
        indent: str,
        known: dict[str, Any],
    ) -> str:
        """The expression of a value; an object on the way to several values is taken once."""
        n = branch.number
        if any(len(step.names) > 1 or step.is_list or step.index is not None for step in steps):
            name = f"f{n}_{branch.wanted.index(steps)}"
            known[name] = getter(steps)
            return f"{name}(n{n})"
        take, way = f"g{n}", ""
        for step in steps[:-1]:
            way = f"{way}.{step.names[0]}"
            if way not in shared:
                shared[way] = f"a{n}_{len(shared)}"
                lines.append(f"{indent}{shared[way]} = ({take}({step.names[0]!r}) or E).get")
            take = shared[way]
        return f"{take}({steps[-1].names[0]!r})"


class Found:
    """What a walk collected.

    Items of a list are numbered in the order of the walk; each lies in one item of the list around it.
    """

    def __init__(self, records: int, branches: int) -> None:
        """Begin with nothing.

        Args:
            records: Number of records.
            branches: Number of lists, the record itself among them.
        """
        self._count = records
        self._values: list[list[tuple[Any, ...]]] = [[] for _ in range(branches)]
        self._counts: list[list[int]] = [[] for _ in range(branches)]
        self._items: list[list[Record]] = [[] for _ in range(branches)]
        self._columns: dict[int, list[tuple[Any, ...]]] = {}
        self._parents: dict[int, Places] = {}
        self._records: dict[int, Places] = {}

    def lists(self) -> list[tuple[list[tuple[Any, ...]], list[int], list[Record]]]:
        """Of every list: values of its items, how many each place had, and the items."""
        return list(zip(self._values, self._counts, self._items, strict=True))

    def count(self, branch: Branch) -> int:
        """Items of a list.

        Args:
            branch: The list.
        """
        return len(self._values[branch.number])

    def items(self, branch: Branch) -> list[Record]:
        """The items themselves, where they are kept.

        Args:
            branch: The list.
        """
        return self._items[branch.number]

    def values(self, branch: Branch, at: int) -> Sequence[Any]:
        """One wanted value of all items.

        Args:
            branch: The list.
            at: Place among the wanted values.
        """
        columns = self._columns.get(branch.number)
        if columns is None:
            columns = self._columns[branch.number] = list(zip(*self._values[branch.number], strict=True))
        return columns[at] if columns else ()

    def parents(self, branch: Branch) -> Places:
        """The item of the list around it that each item lies in.

        Args:
            branch: The list; not the record.
        """
        if branch.number not in self._parents:
            counts = np.array(self._counts[branch.number], np.int64)
            places = np.arange(len(counts)) // len(branch.names)
            self._parents[branch.number] = np.repeat(places, counts)
        return self._parents[branch.number]

    def records(self, branch: Branch) -> Places:
        """The record that each item lies in.

        Args:
            branch: The list.
        """
        if branch.number not in self._records:
            if branch.parent is None:
                self._records[branch.number] = np.arange(self._count)
            else:
                self._records[branch.number] = self.records(branch.parent)[self.parents(branch)]
        return self._records[branch.number]

    def names(self, branch: Branch) -> list[str]:
        """The name of the list that each item was found under.

        Args:
            branch: The list.
        """
        if branch.parent is None:
            return [""] * self._count
        counts = self._counts[branch.number]
        names = [name for _ in range(len(counts) // len(branch.names)) for name in branch.names]
        return [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
