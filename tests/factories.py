"""Records for tests: as the store's, from a few fields."""

from __future__ import annotations

from typing import Any

from bench.records.record import Machine, Options, Record, convert, plain


class Made(dict[str, Any]):
    """A record that a test may change and merge like a dict, and that code reads by attributes like a record."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __or__(self, other: dict[str, Any]) -> Made:  # type: ignore[override]
        return made(dict(self) | other)

    def __ior__(self, other: Any) -> Made:  # type: ignore[override, misc]
        self.update(made(dict(self) | dict(other)))
        return self

    @property
    def ok(self) -> bool:
        return bool(self["status"] == "ok")


#: fields that every record has, where a test names no other
FIELDS: dict[str, Any] = {
    "schema": 2,
    "fit_id": "fit",
    "source": "real",
    "classifier": "tree",
    "regime": "real",
    "seed": 0,
    "budget": "quick",
    "device": "cpu",
    "modality": "tabular",
    "family": "",
    "leaky": False,
    "trivial": False,
    "reference": False,
    "status": "ok",
    "started": "2026-10-05T12:00:00+00:00",
    "threads": 1,
    "hashes": {},
    "versions": {},
}


def made(fields: dict[str, Any]) -> Made:
    """A record of these fields, every other at its default; options and machine as records hold them."""
    every = dict.fromkeys(("train_rows", "label_noise", "precision", "tuned", "epsilon"))
    every |= {"trained": None}
    every |= dict.fromkeys(("phase", "reason", "error", "traceback", "output", "seal", "test_units"), "")
    every |= dict.fromkeys(
        ("limit_s", "limit_mb", "n_train", "n_synthetic", "n_test", "peak_rss_mb", "peak_device_mb", "energy_j")
    )
    every |= {
        name: {}
        for name in (
            "metrics", "valid", "fidelity", "privacy", "references", "times", "cpu_s", "device_ms", "train_classes",
            "test_classes",
        )
    }  # fmt: skip
    found = Made({**every, **FIELDS, **fields})
    found.setdefault("ended", found["started"])
    if "started" in fields and "ended" not in fields:
        found["ended"] = found["started"]
    if isinstance(found.get("config"), dict) or "config" not in found:
        config = {"base_seed": 0} | dict(found.get("config") or {})
        found["config"] = Options(**config)
    if isinstance(found.get("machine"), dict) or "machine" not in found:
        found["machine"] = Machine(**(found.get("machine") or {}))
    found["reference"] = found["method"] == "none"
    found["family"] = found["family"] or found["task"]
    return found


def record(**fields: Any) -> Record:
    """A whole record, as it would be read from a file."""
    base = {"id": "a", "task": "pima", "method": "smote", "metrics": {"auprc": 0.5}}
    every = made(base | fields)
    return convert(plain(Record(**{name: every[name] for name in Record.__struct_fields__})))
