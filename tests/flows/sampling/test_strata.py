from hypothesis import given
from hypothesis import strategies as st

from flows.sampling.strata import strata_of
from models.values.rounds import POOLED, Cell, CellCount

AXES = ("branch", "line", "class")
names = st.sampled_from(["a", "b", "c"])
counts = st.dictionaries(
    st.builds(Cell, st.sampled_from("ABCD"), names, names), st.integers(1, 200), min_size=1, max_size=20
)


def counted(*rows):
    return [CellCount(Cell(*row.split()), size) for row, size in rows]


def shown(cells, axes=AXES, thin=30, census=()):
    strata, trail = strata_of(cells, axes, thin, census)
    return {str(one.cell): one.population for one in strata}, [(str(one.what), str(one.into)) for one in trail]


def test_strata_that_are_not_thin_stand_alone():
    assert shown(counted(("A road north", 30), ("A road south", 31))) == (
        {"A × road × north": 30, "A × road × south": 31},
        [],
    )


def test_thin_branches_of_a_line_are_put_together():
    strata, trail = shown(counted(("A road east", 20), ("A road north", 90), ("A road west", 10)))
    assert strata == {"A × road × *": 30, "A × road × north": 90}
    assert trail == [("A × road × east", "A × road × *"), ("A × road × west", "A × road × *")]


def test_what_is_still_thin_takes_in_the_smallest_neighbour():
    strata, _ = shown(counted(("A road east", 5), ("A road north", 90), ("A road west", 40)))
    assert strata == {"A × road × *": 45, "A × road × north": 90}


def test_a_branch_alone_in_its_line_joins_the_lines_of_its_class():
    strata, trail = shown(counted(("A air north", 5), ("A road north", 90), ("B road north", 40)))
    assert strata == {"A × * × *": 95, "B × road × north": 40}
    assert trail == [("A × air × north", "A × * × *"), ("A × road × north", "A × * × *")]


def test_classes_are_joined_last():
    strata, _ = shown(counted(("A road north", 5), ("B road north", 40), ("C road north", 90)))
    assert strata == {"* × * × *": 45, "C × road × north": 90}


def test_an_axis_the_rulebook_does_not_give_up_is_kept():
    assert shown(counted(("A road north", 5), ("B road north", 40)), axes=("branch", "line")) == (
        {"A × road × north": 5, "B × road × north": 40},
        [],
    )


def test_a_class_drawn_whole_is_joined_with_no_other():
    strata, _ = shown(counted(("A air north", 3), ("A road north", 2), ("B road north", 9)), census=("A",))
    assert strata == {"A × * × *": 5, "B × road × north": 9}


def test_a_frame_too_thin_for_two_strata_is_one():
    strata, _ = shown(counted(("A road north", 5), ("B road north", 5), ("C air south", 5)))
    assert strata == {"* × * × *": 15}


@given(counts)
def test_nobody_is_lost_and_nobody_counts_twice(populations):
    cells = [CellCount(cell, size) for cell, size in sorted(populations.items())]
    strata, _ = strata_of(cells, AXES, 30, ())
    assert sorted(number for one in strata for number in one.cells) == list(range(len(cells)))
    for one in strata:
        assert one.population == sum(cells[number].population for number in one.cells)
    assert [one.number for one in strata] == list(range(len(strata)))


@given(counts)
def test_no_stratum_is_thin_unless_the_whole_frame_is(populations):
    cells = [CellCount(cell, size) for cell, size in sorted(populations.items())]
    strata, _ = strata_of(cells, AXES, 30, ())
    assert all(one.population >= 30 for one in strata) or len(strata) == 1


@given(counts)
def test_a_stratum_is_named_after_what_its_cells_share(populations):
    cells = [CellCount(cell, size) for cell, size in sorted(populations.items())]
    strata, _ = strata_of(cells, AXES, 30, ())
    for one in strata:
        for axis in ("customer_class", "line", "branch"):
            named = getattr(one.cell, axis)
            assert named == POOLED or {getattr(cells[number].cell, axis) for number in one.cells} == {named}


@given(counts, st.randoms())
def test_the_order_of_the_cells_does_not_matter(populations, chance):
    cells = [CellCount(cell, size) for cell, size in sorted(populations.items())]
    mixed = chance.sample(cells, len(cells))
    assert shown(mixed)[0] == shown(cells)[0]
