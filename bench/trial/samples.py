"""What a picture is drawn from: some real and some synthetic rows of one draw, and how the method's training went.

The trial writes one file a draw of the first seed, ``OUT/samples/<task>.<source>/<method>-<regime>-seed<seed>.npz``
(each name by ``bench.slugs``); the board stage draws from it (``bench.pictures``) without running anything again. The
real rows are *training* rows: test rows never leave the trial. A file is a compressed numpy archive of plain arrays,
its words as one JSON string under ``about``. Of the other seeds only the history of the training is kept,
``<method>-<regime>-seed<seed>.json`` beside it.
"""

from __future__ import annotations

import json
import os
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BenchError
from bench.measures.points import match, one_hot
from bench.measures.study import Pairs
from bench.records.files import load_json, replace_text
from bench.slugs import draw_stem, rows_folder
from bench.task import Column, Schema
from bench.trial.monitor import Snapshot, TrainingMonitor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels
    from bench.trial.fit import FitJob
    from bench.trial.regimes import Regime

FORMAT = 2
MAX_ROWS = 500
#: of each class, where there are as many: what a row of the sheet shows
MIN_IMAGES = 8
MAX_COUNTED = 20_000


@dataclass(frozen=True)
class Sample:
    """Rows and words of one draw, in the space that methods see.

    ``real`` and ``synthetic`` (m, *schema.shape) float32 hold equally many rows of each class, at most 500;
    ``n_train`` and ``n_synthetic`` say of how many. ``ranking`` orders the numeric columns by how well they separate
    the classes. ``frequencies`` (2, categories) are the category frequencies of real and synthetic rows, taken over
    up to 20,000 rows, the categorical columns side by side; (2, 0) where there are none. ``predictability`` maps the
    models that were asked for ("lr", "rf") to each column's accuracy, learnt from real and from synthetic rows.
    ``history`` is this seed's training (``bench.trial.monitor``), ``other_histories`` that of the other seeds.
    """

    task: str
    method: str
    regime: str
    source: str
    budget: str
    seed: int
    schema: Schema
    n_train: int
    n_synthetic: int
    real: Array
    y_real: Labels
    synthetic: Array
    y_synthetic: Labels
    ranking: tuple[int, ...] = ()
    frequencies: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0)))
    predictability: Mapping[str, Pairs] = field(default_factory=dict)
    history: Sequence[dict[str, Any]] = ()
    snapshots: Sequence[Snapshot] = ()
    other_histories: Mapping[int, Sequence[dict[str, Any]]] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        return draw_stem(self.method, self.regime, self.seed)

    def save(self, folder: Path) -> Path:
        """Write ``folder/<stem>.npz`` whole or not at all; folders are made. Returns its path."""
        about = {key: getattr(self, key) for key in _WORDS} | {
            "format": FORMAT,
            "schema": asdict(self.schema),
            "predictability": {
                model: [pairs.names, pairs.real.tolist(), pairs.synthetic.tolist()]
                for model, pairs in self.predictability.items()
            },
            "history": list(self.history),
            "snapshots": [[shot.step, shot.part, len(shot.rows)] for shot in self.snapshots],
        }
        shots = [(shot.rows, shot.labels) for shot in self.snapshots]
        arrays: dict[str, Any] = {
            "real": _narrow(self.real, self.schema),
            "synthetic": _narrow(self.synthetic, self.schema),
            "y_real": self.y_real,
            "y_synthetic": self.y_synthetic,
            "frequencies": self.frequencies,
            "shot_rows": _narrow(np.concatenate([self.real[:0], *(rows for rows, _ in shots)]), self.schema),
            "shot_labels": np.concatenate([self.y_real[:0], *(labels for _, labels in shots)]),
        }
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.stem}.npz"
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with temporary.open("wb") as file:
            np.savez_compressed(file, about=np.array(json.dumps(about, allow_nan=False)), **arrays)
        os.replace(temporary, path)
        return path

    @classmethod
    def load(cls, path: Path) -> Sample:
        """Read a file that ``save`` wrote, and the histories beside it. Raises ``BenchError`` for any other."""
        try:
            with np.load(path, allow_pickle=False) as file:
                about = json.loads(str(file["about"]))
                arrays = {key: file[key] for key in file.files if key != "about"}
            if about["format"] != FORMAT:
                raise BenchError(f"{path} has sample format {about['format']}, not {FORMAT}; run the fit again")
            raw = about["schema"]
            schema = Schema(
                raw["modality"],
                tuple(raw["shape"]),
                tuple(raw["classes"]),
                tuple(Column(**c | {"categories": c["categories"] and tuple(c["categories"])}) for c in raw["columns"]),
                raw["rare"],
                raw.get("mirror", True),
            )
            ends = np.cumsum([count for _, _, count in about["snapshots"]], dtype=np.int64)[:-1]
            pieces = zip(
                about["snapshots"],
                np.split(arrays.pop("shot_rows").astype(np.float32), ends),
                np.split(arrays.pop("shot_labels"), ends),
                strict=False,  # np.split gives one empty piece where there are no snapshots
            )
            shots = tuple(Snapshot(step, part, rows, labels) for (step, part, _), rows, labels in pieces)
            words = {key: about[key] for key in _WORDS} | {"ranking": tuple(about["ranking"])}
            for key in ("real", "synthetic"):
                arrays[key] = arrays[key].astype(np.float32)
            pairs = {
                model: Pairs(np.array(real), np.array(synthetic), tuple(names))
                for model, (names, real, synthetic) in about["predictability"].items()
            }
            others = {history["seed"]: history["history"] for history in map(load_json, histories(path))}
            return cls(
                **words, schema=schema, predictability=pairs, history=about["history"], snapshots=shots,
                other_histories=others, **arrays,
            )  # fmt: skip
        except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise BenchError(f"{path} is not a sample file ({type(error).__name__}); delete it or run again") from error


_WORDS = ("task", "method", "regime", "source", "budget", "seed", "n_train", "n_synthetic", "ranking")


def take(
    fit: FitJob,
    regime: Regime | str,
    schema: Schema,
    X: Array,
    y: Labels,
    synthetic: Array,
    labels: Labels,
    monitor: TrainingMonitor | None = None,
    seed: int = 0,
    predictability: Mapping[str, Pairs] | None = None,
) -> Sample:
    """Choose what is kept of one draw: X, y are the training rows, ``synthetic``, ``labels`` the synthetic ones."""
    rng = np.random.default_rng(seed)
    real, few = match(y, labels, rng, MAX_ROWS, MIN_IMAGES if schema.modality == "image" else 1)
    frequencies = np.zeros((2, 0))
    if schema.modality == "tabular" and schema.categorical:
        a, b = match(y, labels, rng, MAX_COUNTED)
        frequencies = np.stack([one_hot(rows, schema).mean(axis=0, dtype=np.float64) for rows in (X[a], synthetic[b])])
    return Sample(
        fit.task, fit.method, str(regime), fit.origin.source, fit.budget, fit.seed, schema, len(y), len(labels),
        X[real], y[real], synthetic[few], labels[few], rank(X, y, schema, rng), frequencies, predictability or {},
        monitor.history if monitor else (), monitor.snapshots if monitor else (),
    )  # fmt: skip


def unfinished(
    fit: FitJob, regime: Regime | str, schema: Schema, X: Array, y: Labels, monitor: TrainingMonitor
) -> Sample:
    """How far a training has come: its history and snapshots beside real rows, and no synthetic rows yet."""
    rng = np.random.default_rng(0)
    real, _ = match(y, y, rng, MAX_ROWS, MIN_IMAGES if schema.modality == "image" else 1)
    return Sample(
        fit.task, fit.method, str(regime), fit.origin.source, fit.budget, fit.seed, schema, len(y), 0,
        X[real], y[real], X[:0], y[:0], rank(X, y, schema, rng), history=monitor.history, snapshots=monitor.snapshots,
    )  # fmt: skip


def save_history(fit: FitJob, regime: Regime | str, history: Sequence[dict[str, Any]]) -> None:
    """Write how the training of one more seed went, where it has a history at all."""
    if history:
        folder(fit).mkdir(parents=True, exist_ok=True)
        text = json.dumps({"seed": fit.seed, "history": list(history)}, allow_nan=False)
        replace_text(folder(fit) / f"{draw_stem(fit.method, str(regime), fit.seed)}.json", text)


def folder(fit: FitJob) -> Path:
    """Where the samples of a fit's task and source lie. Raises ``BenchError`` for a fit without a place for them."""
    if fit.samples is None:
        raise BenchError(f"{fit.label} keeps no samples")
    return fit.samples / rows_folder(fit.task, fit.origin.source)


def histories(path: Path) -> list[Path]:
    """The files of other seeds that belong to a sample's, in no order that matters."""
    return list(path.parent.glob(f"{path.stem.rpartition('-seed')[0]}-seed*.json"))


def rank(X: Array, y: Labels, schema: Schema, rng: np.random.Generator) -> tuple[int, ...]:
    """The numeric columns of a table, those that separate the classes best first (the F statistic); else ()."""
    if schema.modality != "tabular" or not schema.numeric:
        return ()
    numeric = np.array(schema.numeric)
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        return tuple(int(i) for i in numeric)
    from sklearn.feature_selection import f_classif

    share = MAX_COUNTED / max(len(y), MAX_COUNTED)  # thinned by class, so that a rare class stays
    kept = [
        rng.choice(np.flatnonzero(y == c), max(min(k, 200), int(k * share)), replace=False)
        for c, k in zip(classes, counts, strict=True)
    ]
    index = np.concatenate(kept)
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # constant columns are no news, and come last
        score = np.nan_to_num(f_classif(X[index][:, numeric].astype(np.float64), y[index])[0], nan=0.0, posinf=1e300)
    return tuple(int(i) for i in numeric[np.argsort(-score, kind="stable")])


def _narrow(rows: Array, schema: Schema) -> NDArray[Any]:
    """Half precision is plenty to look at an image, and halves the file."""
    return rows.astype(np.float16) if schema.modality == "image" else rows.astype(np.float32)
