"""Whatever numbers records may hold, boards can be made of them, in every form."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.boards import formats
from bench.boards.tables import build
from bench.records.record import LARGEST, MOST, Record
from bench.registry.training import LONGEST
from tests.factories import scored

FUZZ = settings(settings.get_profile("fuzz"), max_examples=max(50, settings.get_profile("fuzz").max_examples // 10))
ENDS = [0.0, 1.0, 0.5, 0.6, 1e-300, 5e-324, 1e16, 1e50, 0.99 * LARGEST]
ANY = st.sampled_from([*ENDS, *(-end for end in ENDS)])
COSTS = st.dictionaries(st.sampled_from(["fit", "sample", "train"]), st.sampled_from(ENDS), max_size=3)
COUNTS = st.sampled_from([1, 2, MOST, None])
MORE = st.fixed_dictionaries(
    {},
    optional={
        "metrics": st.fixed_dictionaries({"auprc": ANY, "f1": ANY, "brier": ANY}),
        "valid": st.fixed_dictionaries({"auprc": ANY}),
        "fidelity": st.fixed_dictionaries({"ks": ANY, "of the task": ANY}),
        "times": COSTS,
        "cpu_s": COSTS,
        "n_train": COUNTS,
        "n_test": COUNTS,
        "train_classes": st.sampled_from([{}, {"0": 0}, {"0": MOST, "1": 1}]),
        "trained": st.builds(
            lambda length, published: {"unit": "steps", "length": length, "published": published},
            st.sampled_from([0.0, float(LONGEST)]), st.sampled_from([1 / LONGEST, float(LONGEST)]),
        ),
        "peak_rss_mb": ANY,
        "energy_j": ANY,
        "references": st.fixed_dictionaries({"balance held-out": st.fixed_dictionaries({"ks": ANY})}),
    },
)  # fmt: skip
CELLS = (("none", "real"), ("smote", "balance"), ("gan", "tstr"))


@st.composite
def several(draw: Callable[..., Any]) -> list[Record]:
    """Records of three methods at up to three seeds."""
    seeds = range(draw(st.integers(1, 3)))
    return [scored("pima", method, regime=regime, seed=s, **draw(MORE)) for s in seeds for method, regime in CELLS]


@FUZZ
@given(several())
def test_boards_of_any_numbers(records: list[Record]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # an overflow, or a mean of nothing
        boards = build(records)
        assert [board.kind for board in boards if board.kind == "task"] == ["task"]
        assert list(formats.files(boards))
        assert all(formats.render(board, "text") for board in boards)
