"""Everything that is measured of synthetic rows, as the configuration's ``measures`` table asks for:

============ ======== ==========================================================================================
option       default  what is measured
============ ======== ==========================================================================================
``fidelity`` true     ``bench.measures.fidelity``: marginals, dependence, coverage, detectors
``privacy``  true     ``bench.measures.privacy`` and ``membership``: distance to closest rows, duplicates, who was
                      trained on
``frechet``  150      images: steps that the feature network of the Fréchet distance is trained for; 0 leaves it out
``series``   [0, 0]   series, whole draws, numeric channels alone: iterations of TimeGAN's discriminative and
                      predictive score (published: 2,000 and 5,000); 0 leaves a score out
``forecast`` 0        series, whole draws: epochs of the forecaster (train-synthetic beside train-real; published: 200)
``study``    []       tables with categories, whole draws: models ("lr", "rf") of the Simulacrum study's measures
============ ======== ==========================================================================================

``references`` (3): at seeds below this number rows of known worth are measured as well (``bench.trial.references``); 0
leaves them out.

A whole draw is one that stands for the training set (regime ``tstr``). Held-out real rows are validation rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from bench.errors import BenchError
from bench.options import check_type
from bench.slugs import did_you_mean

if TYPE_CHECKING:
    from bench.measures.study import Pairs, StudyScores
    from bench.task import Array, Labels, Schema

#: the options and their types, as an annotation has them
OPTIONS = {
    "fidelity": "bool",
    "privacy": "bool",
    "references": "int",
    "frechet": "int",
    "series": "tuple[int, int]",
    "forecast": "int",
    "study": "list[Literal['lr', 'rf']]",
}


class Rows(Protocol):
    """What the measures need of a split: training rows and held-out real rows (validation), preprocessed.

    Rows do not change once they are measured against: what was learnt from them is kept as long as they are.
    """

    X: Array
    y: Labels
    X_valid_rows: Array
    y_valid: Labels
    schema: Schema


def check_options(options: Mapping[str, Any]) -> None:
    """Raise ``BenchError`` for an option that is not in the table above, a wrong type or a negative number."""
    for key, value in options.items():
        if key not in OPTIONS:
            raise BenchError(f"measures has no option {key!r}{did_you_mean(key, OPTIONS)}")
        check_type("measures", key, OPTIONS[key], value)
        if key in ("frechet", "series", "forecast", "references") and np.min(value) < 0:
            raise BenchError(f"measures: {key} must not be negative, not {value!r}; 0 leaves it out")


#: the last study of each split, by its seed and number of synthetic rows
_studies: WeakKeyDictionary[Rows, dict[tuple[int, int], StudyScores]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Measured:
    """What was found of one draw: ``fidelity`` and ``privacy`` go into the record; ``predictability`` holds the points
    behind ``mse_lr`` and ``mse_rf`` by model, for the picture."""

    fidelity: dict[str, float] = field(default_factory=dict)
    privacy: dict[str, float] = field(default_factory=dict)
    predictability: dict[str, Pairs] = field(default_factory=dict)


def measure(
    rows: Rows,
    synthetic: Array,
    labels: Labels,
    seed: int,
    options: Mapping[str, Any],
    whole: bool,
    device: str = "cpu",
) -> Measured:
    """Everything of one draw; ``seed`` is shared by all methods of a task and seed."""
    from bench.measures import fidelity, membership, privacy

    given = (rows.X, rows.y, rows.X_valid_rows, rows.y_valid, synthetic, labels, rows.schema, seed)
    found = Measured()
    if options.get("fidelity", True):
        features = None
        steps = options.get("frechet", 150)
        if rows.schema.modality == "image" and steps:
            from bench.measures.frechet import cnn_features

            features = cnn_features(rows.X, rows.y, seed, steps, device)
        found.fidelity.update(fidelity.measure(*given, features=features))
        found.fidelity.update(_slides_detector(rows, synthetic, labels, seed))
    if options.get("privacy", True):
        found.privacy.update(privacy.measure(*given))
        found.privacy.update(membership.measure(*given))
    if whole and rows.schema.modality == "series":
        found.fidelity.update(_series(rows, synthetic, seed, options))
    if whole and rows.schema.modality == "tabular" and len(rows.schema.categorical) > 1 and options.get("study"):
        scores = _study(rows, synthetic, labels, seed, options)
        found.fidelity.update({name: value for name, value in scores.metrics.items() if np.isfinite(value)})
        found.predictability.update(scores.predictability)
    return found


def _slides_detector(rows: Rows, synthetic: Array, labels: Labels, seed: int) -> dict[str, float]:
    """``detector_accuracy_rare``: the detector of the YData slides (``bench.measures.detector``) on the rare class, of
    training against synthetic rows as published, so a copy of the training rows passes; 0.5 is ideal."""
    from bench.measures import detector

    rare = rows.schema.rare
    if rare is None or rows.schema.modality != "tabular":
        return {}
    real, synthetic = rows.X[rows.y == rare], synthetic[labels == rare]
    if min(len(real), len(synthetic)) < detector.MIN_ROWS:
        return {}
    return {"detector_accuracy_rare": detector.accuracy(real, synthetic, seed)}


def _series(rows: Rows, synthetic: Array, seed: int, options: Mapping[str, Any]) -> dict[str, float]:
    from bench.measures import series

    iterations, epochs = tuple(options.get("series", (0, 0))), options.get("forecast", 0)
    if not any((*iterations, epochs)):
        return {}
    windows = (rows.X, rows.X_valid_rows, synthetic)
    if rows.schema.categorical:  # the scores are of numbers: codes of categories have no distance
        if not rows.schema.numeric:
            return {}
        windows = tuple(np.ascontiguousarray(one[..., list(rows.schema.numeric)]) for one in windows)  # type: ignore[assignment]
    return series.measure(*windows, seed, iterations, epochs)


def _study(rows: Rows, synthetic: Array, labels: Labels, seed: int, options: Mapping[str, Any]) -> StudyScores:
    """The study's measures over the categorical columns; the class is the condition. What models learn from the real
    rows is the same for every method that draws as many, so it is learnt once."""
    from bench.measures.study import study_scores

    chosen = list(rows.schema.categorical)
    columns = [rows.schema.columns[i] for i in chosen]
    known = _studies.setdefault(rows, {})
    scores = study_scores(
        (rows.X[:, chosen], rows.y),
        (synthetic[:, chosen], labels),
        (rows.X_valid_rows[:, chosen], rows.y_valid),
        [len(column.categories or ()) for column in columns],
        [column.name for column in columns],
        rows.schema.n_classes,
        models=options["study"],
        random_state=seed,
        known=known.get((seed, len(synthetic))),
    )
    known[seed, len(synthetic)] = scores
    return scores
