"""Configurations and claims end in one of their kind, whose parts have their types, or in one line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import config
from bench.claims import files as claims

FUZZ = settings.get_profile("fuzz")
CONFIG = b"""
budget = "smoke"
seeds = [0, 1, 2]
tasks = ["pima", "keel-*"]
methods = ["none", "smote"]
regimes = ["balance", "append:1x"]
engine = "serial"
workers = 2
timeout = 10.5
offline = true
out = "somewhere"
[task.credit-fraud]
rows = 20000
[method.gan]
steps = 500
[measures]
series = [2000, 5000]
[[override]]
tasks = ["fashion-*"]
seeds = 1
methods = ["smote"]
method.gan.steps = 200
"""
CLAIM = b"""
title = "t"
statement = "s"
where = "w"
protocol = "p"
year = 2020
url = "https://example.org"
least = "quick"
sources = ["real", "simulated"]
[as_published]
leak = "scaled before the split"
tasks = ["pima"]
methods = ["smote", "none"]
classifiers = ["tree"]
regimes = ["balance"]
seeds = 5
task.pima.protocol = "first"
on.real-subset.regimes = ["append:1x"]
budget.quick.method.gan.steps = 1
variant.packed.method.gan.pac = 2
[leak_free]
tasks = ["pima"]
[[row]]
quantity = "q"
metric = "metrics.f1"
of = {method = "smote"}
minus = {method = "none"}
published = 0.5
tolerance = 0.1
because = "b"
judged_on = ["real"]
[[row]]
quantity = "r"
metric = "metrics.f1"
of = [{method = "smote"}, {method = "none"}]
at_least = 0.2
[[row]]
quantity = "x"
metric = "metrics.f1"
of = {method = "smote"}
over = {method = "none"}
at_most = 2
"""

#: values of every type that TOML has
VALUES = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5),
        st.sampled_from(["pima", "smote", "quick", "real", "1979-05-27", "inf"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("ab", min_size=1), inner, max_size=3)),
    max_leaves=5,
)  # fmt: skip


def toml(value: object) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {toml(v)}' for key, v in value.items())}}}"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" if not c.isalnum() else c for c in value) + '"'
    return str(value)


@st.composite
def other_values(draw: st.DrawFn, seed: bytes) -> bytes:
    """The file with values of other types behind some of its keys."""
    lines = seed.decode().splitlines()
    keyed = [i for i, line in enumerate(lines) if " = " in line]
    for i in draw(st.lists(st.sampled_from(keyed), min_size=1, max_size=3)):
        lines[i] = f"{lines[i].partition(' = ')[0]} = {toml(draw(VALUES))}"
    return "\n".join(lines).encode()


@pytest.mark.parametrize("kind", ["bytes", "values"])
def test_configurations(kind, mutated, ends_well, tmp_path):
    file = tmp_path / "run.toml"

    def read() -> None:
        found = config.load(None, file, {})
        assert found.budget in config.BUDGETS
        assert all(type(seed) is int and seed >= 0 for seed in found.seeds)
        for key in ("tasks", "methods", "classifiers", "regimes"):
            assert all(isinstance(name, str) for name in getattr(found, key))
            assert isinstance(found.for_task(key, "pima"), tuple | list)
        for kind in ("task", "method", "classifier"):
            for name in ("gan", "pima", "credit-fraud"):
                assert isinstance(found.options(kind, name, "fashion-mnist"), dict)
        assert found.workers is None or found.workers >= 1
        assert found.timeout is None or 0 < found.timeout < float("inf")
        assert found.threads >= 1
        assert isinstance(found.base_seed, int)

    @FUZZ
    @given(mutated((CONFIG,)) if kind == "bytes" else other_values(CONFIG))
    def example(data: bytes) -> None:
        file.write_bytes(data)
        ends_well(read)

    file.write_bytes(CONFIG)
    read()
    example()


@pytest.mark.parametrize("kind", ["bytes", "values"])
def test_claims(kind, mutated, ends_well, tmp_path):
    file = tmp_path / "claim.toml"

    def read() -> None:
        claim = claims.read(file)
        for text in (claim.title, claim.statement, claim.where, claim.protocol, claim.url, claim.remark, claim.needs):
            assert isinstance(text, str)
        assert type(claim.year) is int
        assert claim.rows or claim.needs
        assert set(claim.sources) <= set(claims.SOURCES)
        for budget in config.BUDGETS:
            claim.runs_at(budget)
            claim.decided(budget)
        for row in claim.rows:
            assert row.cells
            assert isinstance(row.tolerance, str)
            assert isinstance(row.quantity, str)
            assert isinstance(row.metric, str)
            for cell in row.cells:
                assert all(isinstance(value, str) for value in cell.values())
            assert row.band is None or row.band[0] <= row.band[1]
            assert set(row.judged_on) <= set(claims.SOURCES)
        for arm in claim.arms.values():
            for key in ("tasks", "methods", "classifiers", "regimes"):
                assert all(isinstance(name, str) for name in arm[key])

    @FUZZ
    @given(mutated((CLAIM,)) if kind == "bytes" else other_values(CLAIM))
    def example(data: bytes) -> None:
        file.write_bytes(data)
        ends_well(read)

    file.write_bytes(CLAIM)
    read()
    example()
