"""The record: what it refuses, and that it is sealed as it will be read back."""

from __future__ import annotations

import msgspec
import pytest

from bench.records.codehash import SCHEME
from bench.records.provenance import digest
from bench.records.record import (
    MalformedRecord,
    Trained,
    checked,
    convert,
    decode,
    encode,
    finite,
    plain,
    seal,
    sealed,
)
from tests.factories import record

NESTED: list[object] = []
for _ in range(150):
    NESTED = [NESTED]


def test_a_record_comes_back_from_its_line_and_from_its_plain_form() -> None:
    made = record(metrics={"f1": 0.1 + 0.2}, trained=Trained(unit="steps", length=1, published=4), output="Δ\n\x1b")
    assert encode(made).count(b"\n") == 1
    assert decode(encode(made)) == convert(plain(made)) == made
    assert made.trained.share == 0.25


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "0"}, r"Expected `int`, got `str` - at `\$.seed`"),
        ({"seed": True}, r"Expected `int`, got `bool` - at `\$.seed`"),
        ({"unheard_of": 1}, "unknown field `unheard_of`"),
        ({"status": "fine"}, r"Invalid enum value 'fine' - at `\$.status`"),
        ({"config": {}}, r"missing required field `base_seed` - at `\$.config`"),
        ({"config": {"base_seed": 0, "task": {"a": NESTED}}}, "nested too deeply, in more than 100 levels"),
        ({"metrics": {}}, "status is ok and it has 0 metrics"),
        ({"status": "error"}, "status is error and it has 1 metrics"),
        ({"trained": {"unit": "steps", "length": 1, "published": 0}}, "trained.published is 0"),
        ({"trained": {"unit": "steps", "length": 1e308, "published": 1e-308}}, "trained.published is 1e-308"),
        ({"metrics": {"f1": 1e308}}, r"metrics.f1 is 1e\+308"),
        ({"references": {"real": {"ks": -1e200}}}, r"references.real.ks is -1e\+200"),
        *(({name: "a\x1b[2J"}, f"{name} holds the control character") for name in ("id", "task", "method", "regime")),
        ({"classifier": " "}, "classifier is blank"),
        *(({name: -1}, f"{name} is -1") for name in ("n_train", "n_test", "n_synthetic", "threads", "seed")),
        ({"n_train": 0}, "n_train is 0"),
        *(({name: {"fit": -5.0}}, f"{name}.fit is -5") for name in ("times", "cpu_s", "device_ms")),
        ({"n_test": 10**30}, "n_test is a number of many digits"),
        ({"train_classes": {"0": -4}}, "train_classes.0 is -4"),
        ({"seed": 2**32}, "seed is 4294967296"),
        ({"schema": SCHEME + 1}, "newer than this augbench"),
        ({"schema": SCHEME - 1}, "which no augbench writes so"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], said: str) -> None:
    line = msgspec.json.encode(plain(record()) | change)
    with pytest.raises(MalformedRecord, match=said):
        decode(line)


def test_a_missing_field_is_named() -> None:
    fields = plain(record())
    del fields["hashes"]
    with pytest.raises(MalformedRecord, match="missing required field `hashes`"):
        convert(fields)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["metrics", "cpu_s", "device_ms", "energy_j", "limit_s"])
def test_no_number_is_without_end(name: str, value: float) -> None:
    made = record()
    setattr(made, name, value if name.endswith(("_j", "limit_s")) else {"x": value})
    with pytest.raises(MalformedRecord, match=rf"{name}.* is {value}"):
        checked(made)


def test_a_record_is_sealed_as_it_will_be_read_back() -> None:
    found = sealed(record(output="caf\udce9", config={"base_seed": 0, "method": {"sizes": (1, 2)}}))
    assert found.output == r"caf\udce9"
    assert found.config.method == {"sizes": [1, 2]}
    assert found.seal == seal(plain(decode(encode(found))))


def test_seals_of_records_older_than_a_field_hold() -> None:
    older = {key: value for key, value in plain(sealed(record())).items() if key not in ("development", "seal")}
    assert seal(older) == digest(older) == sealed(record()).seal
    marked = sealed(record(development=True))
    assert marked.seal != sealed(record()).seal
    assert seal(plain(marked) | {"development": False}) != marked.seal


@pytest.mark.parametrize("value", [1j, NESTED, float("nan")])
def test_what_no_file_could_hold_is_not_sealed(value: object) -> None:
    broken = record()
    if isinstance(value, float):
        broken.metrics["f1"] = value
    else:
        broken.config.method["a"] = value
    with pytest.raises(MalformedRecord):
        sealed(broken)


def test_measures_that_are_not_there_are_no_fault() -> None:
    assert sealed(record(references={"tstr held-out": {}}, fidelity={})).references == {"tstr held-out": {}}


def test_measures_become_plain_numbers() -> None:
    assert finite("metrics", {"f1": "0.5", 3: 1}) == {"f1": 0.5, "3": 1.0}
    with pytest.raises(ValueError, match=r"metrics.f1 is nan, not a finite number; leave it out"):
        finite("metrics", {"f1": float("nan")})
    with pytest.raises(ValueError, match=r"metrics.f1 is 1e\+200"):
        finite("metrics", {"f1": 1e200})
