"""Strata from cells: those too thin to stand alone are merged by the rulebook's rule, and the trail is kept."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from models.values.rounds import POOLED, Cell, CellCount, Merged, Stratum
from models.values.sampling import Axis

AXES: Mapping[Axis, str] = {"class": "customer_class", "line": "line", "branch": "branch"}


@dataclass(frozen=True)
class Group:
    """Cells that stand together; `size` is what must not be thin (customers of a frame, answers of a sample)."""

    cell: Cell
    members: tuple[int, ...]
    size: int


def merged(
    groups: Sequence[Group], axes: Sequence[Axis], thin: int, apart: Collection[str] = ()
) -> tuple[list[Group], list[Merged]]:
    """Groups of at least `thin`, as far as the axes allow, and who went into whom.

    Axis by axis: what differs in this axis (and those before it) only, are neighbours. Thin ones are put together;
    if that is still thin, with the smallest of their neighbours. What is left thin is tried along the next axis.
    Classes in `apart` are joined with no other.
    """
    trail: list[Merged] = []
    merging: list[Axis] = []
    for axis in axes:
        merging.append(axis)
        neighbours: dict[Cell, list[Group]] = defaultdict(list)
        for group in groups:
            neighbours[_without(group.cell, merging, apart)].append(group)
        groups = [one for parent, near in neighbours.items() for one in _joined(parent, near, thin, trail)]
    return sorted(groups, key=lambda group: (group.cell, group.members)), trail


def strata_of(
    cells: Sequence[CellCount], axes: Sequence[Axis], thin: int, census: Collection[str]
) -> tuple[tuple[Stratum, ...], tuple[Merged, ...]]:
    """The strata of a frame, numbered in order of their cells; `census`: classes of which everybody is drawn."""
    groups = [Group(one.cell, (number,), one.population) for number, one in enumerate(cells)]
    joined, trail = merged(groups, axes, thin, census)
    return tuple(
        Stratum(number, group.cell, group.members, group.size, census=group.cell.customer_class in census)
        for number, group in enumerate(joined)
    ), tuple(trail)


def _without(cell: Cell, axes: Sequence[Axis], apart: Collection[str]) -> Cell:
    given_up = {AXES[axis]: POOLED for axis in axes if not (axis == "class" and cell.customer_class in apart)}
    return replace(cell, **given_up)


def _joined(parent: Cell, near: Sequence[Group], thin: int, trail: list[Merged]) -> list[Group]:
    small = [group for group in near if group.size < thin]
    large = sorted((group for group in near if group.size >= thin), key=lambda group: (group.size, group.cell))
    if not small or len(near) == 1:
        return list(near)
    if sum(group.size for group in small) < thin and large:
        small.append(large.pop(0))
    if len(small) == 1:
        return list(near)
    trail += [Merged(group.cell, group.size, parent) for group in small]
    members = tuple(sorted(number for group in small for number in group.members))
    return [*large, Group(parent, members, sum(group.size for group in small))]
