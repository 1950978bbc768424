"""Inputs for a target by hypothesis: a sample with some changes, as in `mutate`."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.fuzz.mutate import KINDS, Edit, apply
from tests.fuzz.target import Target

EDITS = st.lists(
    st.builds(Edit, st.sampled_from(KINDS), st.integers(0, (1 << 16) - 1), st.integers(0, 4095), st.integers(0, 4095)),
    min_size=1,
    max_size=5,
)


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Changed samples of a target."""

    def changed(seed: bytes, edits: list[Edit]) -> bytes:
        for edit in edits:
            seed = apply(seed, edit, target.seeds, target.words, target.size)
        return seed

    return st.builds(changed, st.sampled_from(target.seeds), EDITS)
