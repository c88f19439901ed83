"""Faults that would make a benchmark lie, each with what must catch it.

A fault replaces a text that stands once in one file. ``caught`` names tests, or the controls of the self-test that
must land elsewhere (``selftest: control-copies ...``). Continuous integration plants those that are ``quick``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One planted fault."""

    area: str
    what: str
    file: str
    old: str
    new: str
    caught: str
    quick: bool = True


WALK, ROWS, SCORING, REGIMES = (f"bench/trial/{name}.py" for name in ("walk", "rows", "scoring", "regimes"))
METRICS, FIDELITY, PRIVACY = (f"bench/measures/{name}.py" for name in ("metrics", "fidelity", "privacy"))
COMPARISON, RANKING = "bench/statistics/comparison.py", "bench/statistics/ranking.py"
SPLITS, PREPROCESS = "bench/splits.py", "bench/trial/preprocess.py"

OF_METRICS, OF_PRIVACY = "tests/bench/measures/test_metrics.py::", "tests/bench/measures/test_privacy.py::"
OF_COMPARISON, OF_RANKING = "tests/bench/statistics/test_comparison.py::", "tests/bench/statistics/test_ranking.py::"
OF_SPLITS, OF_REGIMES = "tests/bench/test_splits.py::", "tests/bench/trial/test_regimes.py::"
OF_TABLES = "tests/bench/boards/test_tables.py::"
JUDGED = "selftest: control-nothing control-copies control-seeds"

FAULTS = (
    Fault(
        "splitting", "test rows stand among the training rows", SPLITS,
        "train, valid_, test_ = (np.flatnonzero(where == code) for code in range(3))",
        "train, valid_, test_ = np.flatnonzero(where != 1), *(np.flatnonzero(where == code) for code in (1, 2))",
        OF_SPLITS + "test_parts_are_disjoint_cover_all_and_keep_proportions",
    ),
    Fault(
        "splitting", "classes are not kept in proportion", SPLITS,
        "test_size=test, stratify=labels, random_state=seed", "test_size=test, random_state=seed",
        OF_SPLITS + "test_parts_are_disjoint_cover_all_and_keep_proportions",
    ),
    Fault(
        "splitting", "groups are torn apart", SPLITS,
        "if dataset.groups is None:", "if True:",
        OF_SPLITS + "test_groups_never_straddle",
    ),
    Fault(
        "splitting", "every seed gives the same split", SPLITS,
        "test_size=test, stratify=labels, random_state=seed", "test_size=test, stratify=labels, random_state=0",
        OF_SPLITS + "test_same_seed_same_split_other_seed_other_split",
    ),
    Fault(
        "scaling", "the scaler is fitted on all rows", ROWS,
        "Preprocess(dataset.schema).fit(dataset.X[parts.train])", "Preprocess(dataset.schema).fit(dataset.X)",
        "selftest: control-test-rows", quick=False,
    ),
    Fault(
        "scaling", "gaps are filled by the mean", PREPROCESS,
        'SimpleImputer(strategy="median"', 'SimpleImputer(strategy="mean"',
        "tests/bench/trial/test_preprocess.py::test_table_is_imputed_and_scaled_by_training_rows_only",
    ),
    Fault(
        "seeds", "the seed of a draw is ignored", WALK,
        'method.set_params(random_state=seeds.derive(fit.base_seed, "sample", *axes))', "axes = axes",
        JUDGED, quick=False,
    ),
    Fault(
        "seeds", "a classifier's seed depends on the method", WALK,
        'seeds.derive(fit.base_seed, "classifier", fit.task, cell.classifier, fit.seed)',
        'seeds.derive(fit.base_seed, "classifier", fit.task, cell.classifier, fit.method, fit.seed)',
        JUDGED, quick=False,
    ),
    Fault(
        "seeds", "every seed starts a classifier alike", WALK,
        'seeds.derive(fit.base_seed, "classifier", fit.task, cell.classifier, fit.seed)',
        'seeds.derive(fit.base_seed, "classifier", fit.task, cell.classifier)',
        JUDGED, quick=False,
    ),
    Fault(
        "seeds", "differences are of other seeds", "bench/boards/rows.py",
        "matched = [(record, reference[key]) for key, record in cells.ok.items() if key in reference]",
        "matched = list(zip(cells.ok.values(), [*reference.values()][::-1]))",
        OF_TABLES + "test_mean_difference_and_intervals_by_hand",
    ),
    Fault(
        "regimes", "balance draws too few rows", REGIMES,
        "wanted = counts.max() - counts", "wanted = (counts.max() - counts) // 2",
        OF_REGIMES + "test_balance_makes_all_classes_as_large_as_the_largest",
    ),
    Fault(
        "regimes", "append adds to the commonest class", REGIMES,
        "int(counts.argmin())", "int(counts.argmax())",
        OF_REGIMES + "test_labels_by_hand",
    ),
    Fault(
        "regimes", "tstr trains on real rows as well", REGIMES,
        "            return synthetic, synthetic_y\n",
        "            return np.concatenate([X, synthetic]), np.concatenate([y, synthetic_y])\n",
        OF_REGIMES + "test_training_rows_keep_real_rows_first",
    ),
    Fault(
        "thresholds", "the threshold is tuned on the test rows", SCORING,
        "metrics.best_threshold(parts.y_valid == schema.rare, on_valid[:, schema.rare])",
        "metrics.best_threshold(parts.y_test == schema.rare, on_test[:, schema.rare])",
        JUDGED, quick=False,
    ),
    Fault(
        "thresholds", "a classifier is chosen by its test rows", SCORING,
        "chosen = scored(parts.y_valid, on_valid, None) if len(parts.y_valid) else {}",
        "chosen = scored(parts.y_test, on_test, None)",
        "tests/bench/trial/test_scoring.py::test_thresholds_and_choices_are_of_validation_rows_alone",
    ),
    Fault(
        "thresholds", "the best threshold is the worst", METRICS,
        "f1 > f1.max() - 1e-12", "f1 < f1.min() + 1e-12",
        OF_METRICS + "test_best_threshold_closed_form",
    ),
    Fault(
        "metrics", "AUPRC by trapezoids", METRICS,
        "max(0.0, -np.sum(np.diff(recall) * precision[:-1]))", "float(np.trapezoid(precision[::-1], recall[::-1]))",
        OF_METRICS + "test_binary_agrees_with_scikit_learn",
    ),
    Fault(
        "metrics", "the frequent class is scored for the rare one", METRICS,
        "positive, probability, predicted = y == rare, p[:, rare], p.argmax(1)",
        "positive, probability, predicted = y != rare, p[:, 1 - rare], p.argmax(1)",
        OF_METRICS + "test_binary_closed_form",
    ),
    Fault(
        "metrics", "balanced accuracy is plain accuracy", METRICS,
        '"balanced_accuracy": recalls.mean()', '"balanced_accuracy": counts[true == predicted].sum() / counts.sum()',
        OF_METRICS + "test_binary_agrees_with_scikit_learn",
    ),
    Fault(
        "metrics", "macro F1 weighs classes by their rows", METRICS,
        '"f1_macro": f1.mean()', '"f1_macro": np.average(f1, weights=rows)',
        OF_METRICS + "test_multiclass_agrees_with_scikit_learn",
    ),
    Fault(
        "intervals", "a difference has the other sign", "bench/boards/rows.py",
        "[a - b for a, b in zip(*scores, strict=True)]", "[b - a for a, b in zip(*scores, strict=True)]",
        JUDGED, quick=False,
    ),
    Fault(
        "intervals", "Nadeau and Bengio's correction is dropped", COMPARISON,
        "(1 / (self.n if n is None else n) + self.ratio) + self.rows", "(1 / (self.n if n is None else n)) + self.rows",
        JUDGED, quick=False,
    ),
    Fault(
        "intervals", "the spread is that of a population", COMPARISON,
        "variance = fsum((x - mean) ** 2 for x in numbers) / (n - 1) if n > 1 else None",
        "variance = fsum((x - mean) ** 2 for x in numbers) / n if n > 1 else None",
        OF_COMPARISON + "test_mean_interval_is_the_t_interval",
    ),
    Fault(
        "intervals", "Holm adjusts by the wrong count", COMPARISON,
        "values[order] * np.arange(len(values), 0, -1)", "values[order] * np.arange(1, len(values) + 1)",
        OF_COMPARISON + "test_holm_textbook",
    ),
    Fault(
        "intervals", "failed cells count as no augmentation", "bench/boards/cells.py",
        "        if record.ok:\n", "        if True:\n",
        OF_TABLES + "test_failed_cells_never_enter_a_number", quick=False,
    ),
    Fault(
        "rankings", "ties take the better rank", RANKING,
        "above + (equal + 1) / 2", "above + 1 + 0 * equal",
        OF_RANKING + "test_ranks_agree_with_scipy",
    ),
    Fault(
        "rankings", "the worst is ranked first", RANKING,
        "(array[:, None, :] > array[:, :, None]).sum(axis=2)", "(array[:, None, :] < array[:, :, None]).sum(axis=2)",
        OF_RANKING + "test_ranking_demsar_example",
    ),
    Fault(
        "rankings", "the critical difference forgets the tasks", RANKING,
        "(k * (k + 1) / (6 * n))", "(k * (k + 1) / 6)",
        OF_RANKING + "test_ranking_demsar_example",
    ),
    Fault(
        "measures", "held-out rows stand for training rows in the membership attack", PRIVACY,
        "attack = closest(synthetic, schema, real_train[members], real_holdout[held[others]])",
        "attack = closest(synthetic, schema, real_holdout[held[others]], real_train[members])",
        OF_PRIVACY + "test_copies_are_found",
    ),
    Fault(
        "measures", "distances are to held-out rows", PRIVACY,
        "closest(training, schema, synthetic[matching], real_holdout[held])",
        "closest(real_holdout, schema, synthetic[matching], real_holdout[held])",
        OF_PRIVACY + "test_copies_are_found",
    ),
    Fault(
        "measures", "the detector is asked about rows it was trained on", FIDELITY,
        'guess = cross_val_predict(model, X, target, cv=folds, method="predict_proba")[:, 1]',
        "guess = model.fit(X, target).predict_proba(X)[:, 1]",
        "tests/bench/measures/test_fidelity.py::test_fresh_draws_look_real",
    ),
    Fault(
        "measures", "coverage counts synthetic rows", FIDELITY,
        "inside.any(axis=1).mean()", "inside.any(axis=0).mean()",
        "tests/bench/measures/test_fidelity.py::test_a_collapsed_generator_has_density_and_no_coverage",
    ),
)  # fmt: skip
