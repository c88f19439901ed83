"""Where the planted methods must land: which measure, in which direction, and why there.

A bound is either exact, or a known sampling error times four (a sound suite passes 99.99 % of such checks), or, where
the error of a score is not known in closed form, the middle between two known outcomes: a method lands where it is
nearer to its own. Seeds split the same rows again and again, so no bound shrinks with their number.

- A rank statistic (``peek_auc``, ``membership_auc``, ``dcr_share``) of n against m rows that are alike has mean 1/2 and
  variance (n + m + 1) / 12nm (Mann & Whitney 1947). A detector's AUC is cross-validated, each row serving in two folds'
  training: its variance is taken as twice that (measured 1.8 times over 150 draws of 400 rows a side).
- The AUC of a classifier has the variance of Hanley & McNeil (Radiology 143, 1982, eq. 2); its expectation is at most
  the Bayes classifier's.
- What ``control-oracle`` scores is planted (``bench.selftest.oracles``), and with it the mean and the Nadeau-Bengio
  interval of what more rows gain: exact, but for rounding.
- The coverage of n rows by n of the same distribution is 1 - (n-1)...(n-k) / (2n-1)...(2n-k) on average (Naeem et al.
  2020, Lemma 2); neighbourhoods overlap, so twice the binomial variance is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, prod, sqrt
from statistics import fmean, stdev

from scipy.special import stdtrit

from bench.measures.fidelity import MAX_POINTS, NEIGHBOURS
from bench.selftest.oracles import auc, tuned_f1

SIGMAS = 4
#: sums in another order are rounded otherwise, which may move a split of a tree
ROUNDING = 0.01
CLOUDS, FEW, JUDGED = "control-clouds", "control-few", "control-judged"
ORACLE, DICE = "control-oracle", "control-dice"


@dataclass(frozen=True)
class Expectation:
    """One measure of one control and the range [low, high] that its mean over seeds must lie in.

    ``measure`` is a name of a record's metrics, fidelity or privacy; ``Δ roc_auc``, the board's difference to the
    reference; ``gain``, the same with its interval's lower end in place of the mean; ``Δ half``, half the board's
    interval of it; ``distinct``, how many ROC AUCs the seeds gave; ``differing``, the metrics that are not the
    reference's to the last digit; ``scored``, the seeds that the board scores; or a status, the share of cells that end
    so.
    """

    control: str
    measure: str
    expected: str
    low: float
    high: float
    why: str
    task: str = CLOUDS
    regime: str = "tstr"
    classifier: str = "xgboost"


@dataclass(frozen=True)
class Known:
    """What the bounds rest on: the name of the method that does nothing, sizes of a split, the rare class's share, the
    Bayes AUC, what real rows scored, and the sizes of the parts (training, rare test and other test rows) and the seeds
    of ``control-judged``."""

    reference: str
    n_train: int
    n_test: int
    rare: float
    best: float
    real: float
    real_auprc: float
    judged: tuple[int, int, int] = (0, 0, 0)
    seeds: tuple[int, ...] = ()

    def ranks(self, times: float = 1.0) -> float:
        n = self.n_test  # as many validation rows
        return SIGMAS * sqrt(times * (2 * n + 1) / (12 * n * n))

    def score(self, auc: float) -> float:
        """Four standard errors of an AUC on the test rows."""
        n, m = self.rare * self.n_test, (1 - self.rare) * self.n_test
        q, r = auc / (2 - auc), 2 * auc**2 / (1 + auc)
        return SIGMAS * sqrt((auc * (1 - auc) + (n - 1) * (q - auc**2) + (m - 1) * (r - auc**2)) / (n * m))

    @property
    def coverage(self) -> float:
        n = min(self.n_train, MAX_POINTS)
        return 1 - prod((n - i) / (2 * n - i) for i in range(1, NEIGHBOURS + 1))

    def shares(self, p: float, n: int) -> float:
        return SIGMAS * sqrt(2 * p * (1 - p) / n)


def expectations(known: Known) -> Iterator[Expectation]:
    """Every expectation, the controls in turn."""
    best = known.best + known.score(known.best)
    middle = (0.5 + known.best) / 2
    yield Expectation(
        known.reference, "roc_auc", f"{middle:.2f} to {best:.2f}", middle, best,
        f"no classifier beats Bayes's {known.best:.3f}, and one that learns is nearer to it than to chance",
        regime="real",
    )  # fmt: skip
    same = "the same rows, seeds and classifier under another name"
    yield _exact("control-nothing", "Δ roc_auc", 0, same, regime="real")
    yield _exact("control-nothing", "differing", 0, same, regime="real")
    yield from _copies(known)
    yield from _worthless(known)
    yield from _truth(known, best)
    yield from _peeking(known, best)
    yield from _judged(known) if known.seeds else ()
    for control, status in (("control-raises", "error"), ("control-nan", "invalid")):
        yield _exact(control, status, 1, "a failure is a result")
        yield _exact(control, "scored", 0, "a failed method is never scored")


def _copies(known: Known) -> Iterator[Expectation]:
    name = "control-copies"
    for measure in ("exact_duplicates", "near_duplicates", "membership_auc"):
        yield _exact(name, measure, 1, "every row is a training row, and every training row is there")
    yield _detector(name, "xgboost_auc", known, "training rows are like held-out rows: no detector tells copies")
    yield _near(name, "Δ roc_auc", 0, ROUNDING, "the training set itself, in another order")
    yield _exact(name, "test_copies", 0, "it has training rows alone")
    yield _peek_chance(name, known)


def _worthless(known: Known) -> Iterator[Expectation]:
    half = (known.real - 0.5) / 2
    chance = {"expected": f"0.5, by less than {half:.2f}", "low": 0.5 - half, "high": 0.5 + half}
    blind = "its labels say nothing: nearer to chance than to what real rows score"
    yield _exact("control-shuffled", "exact_duplicates", 1, "only the labels are shuffled")
    yield _detector("control-shuffled", "xgboost_auc", known, "the rows are real ones; a detector sees no labels")
    yield Expectation("control-shuffled", "roc_auc", why=blind, **chance)  # type: ignore[arg-type]
    low = (known.rare + known.real_auprc) / 2
    yield Expectation("control-shuffled", "auprc", f"{known.rare:g}, below {low:.2f}", 0, low, blind)
    covered = known.coverage / 2
    few = Expectation(
        "control-noise", "coverage", f"0, below {covered:.2f}", 0, covered, "nearer to none than to the truth's"
    )
    told = Expectation(
        "control-noise", "xgboost_auc", "1, above 0.75", 0.75, 1, "told at once: nearer to 1 than to 0.5"
    )
    yield from (told, few)
    yield _exact("control-noise", "exact_duplicates", 0, "it never looks at the training rows")
    yield _ranks("control-noise", "membership_auc", known, "it never looks at the training rows")
    yield _peek_chance("control-noise", known)
    yield Expectation("control-noise", "roc_auc", why=blind, **chance)  # type: ignore[arg-type]
    name, why = "control-constant", "equal rows of both classes: every test row gets the same probability"
    yield _exact(name, "roc_auc", 0.5, why)
    yield _exact(name, "balanced_accuracy", 0.5, why)
    yield _exact(name, "auprc", known.rare, why)
    yield Expectation(name, "coverage", few.expected, few.low, few.high, "one row is near few others")
    yield Expectation(name, "xgboost_auc", told.expected, told.low, told.high, "one row over and over is told at once")
    yield _exact(name, "exact_duplicates", 1, "the row is a training row")


def _truth(known: Known, best: float) -> Iterator[Expectation]:
    name, alike = "control-truth", "fresh rows of the true distribution are as held-out rows are"
    for measure in ("xgboost_auc", "logistic_auc"):
        yield _detector(name, measure, known, alike)
    width = known.shares(known.coverage, min(known.n_train, MAX_POINTS))
    yield _near(name, "coverage", known.coverage, width, "its expectation for rows of the same distribution")
    yield _exact(name, "exact_duplicates", 0, alike)
    yield _near(name, "near_duplicates", 0.05, known.shares(0.05, known.n_test), alike)
    for measure in ("dcr_share", "membership_auc"):
        yield _ranks(name, measure, known, alike)
    yield _exact(name, "test_copies", 0, "it has never seen them")
    yield _peek_chance(name, known)
    yield _near(name, "Δ roc_auc", 0, sqrt(2) * known.score(known.real), "as good as as many real rows")
    yield Expectation(name, "roc_auc", f"at most {best:.2f}", 0.5, best, "no classifier beats Bayes's")
    yield Expectation(
        name, "gain", "above 0", 1e-9, inf, "true rows help a class of ten; the interval is above 0", FEW, "balance"
    )  # fmt: skip


def _peeking(known: Known, best: float) -> Iterator[Expectation]:
    yield _exact("control-peek", "ok", 1, "nothing it is handed leads to other rows than training rows")
    yield _exact("control-peek", "test_copies", 0, "it found none")
    name = "control-test-rows"
    yield _exact(name, "test_copies", 1, "it draws nothing but test rows")
    yield _exact(name, "peek_auc", 1, "every test row is drawn, no validation row is")
    yield Expectation(name, "roc_auc", f"above {best:.2f}", best, 1, "better than any honest method can be")
    caught = 0.5 + known.ranks()
    yield _exact("control-disguised", "test_copies", 0, "noise hides the copies from a comparison")
    yield Expectation("control-disguised", "peek_auc", f"above {caught:.2f}", caught, 1, "but not from distances")


def _judged(known: Known) -> Iterator[Expectation]:
    """What planted classifiers score, gain and are told."""
    train, rare, many = known.judged
    seeds = known.seeds
    gains = [auc(seed, more=True) - auc(seed, more=False) for seed in seeds]
    freedom = len(seeds) - 1
    half = float(stdtrit(freedom, 0.975)) * stdev(gains) * sqrt(1 / len(seeds) + (rare + many) / train)
    alone, more = {"task": JUDGED, "regime": "real"}, {"task": JUDGED, "regime": "balance"}
    planted = "planted: rows of known scores"
    yield _exact(
        known.reference, "roc_auc", fmean(auc(s, more=False) for s in seeds), planted, **alone, classifier=ORACLE
    )
    yield _exact(
        known.reference, "f1_tuned", fmean(tuned_f1(s, rare, many) for s in seeds),
        "the threshold is that of the validation rows; one of the test rows would score more", **alone,
        classifier=ORACLE,
    )  # fmt: skip
    name = "control-copies"
    yield _exact(name, "Δ roc_auc", fmean(gains), "planted: so much is gained by more rows", **more, classifier=ORACLE)
    yield _exact(name, "Δ half", half, "Nadeau and Bengio's interval of the planted gains", **more, classifier=ORACLE)
    start = "the same seeds, so the same start of a classifier that nothing else decides"
    yield _exact("control-nothing", "differing", 0, start, **alone, classifier=DICE)
    yield _exact(known.reference, "distinct", len(seeds), "another seed, another start", **alone, classifier=DICE)
    second = {"task": JUDGED, "regime": "append:1x"}
    yield _exact("control-seeds", "ok", 1, "each draw has a seed of its own", **second, classifier=DICE)


def _exact(control: str, measure: str, value: float, why: str, regime: str = "tstr", **more: str) -> Expectation:
    return Expectation(control, measure, f"{value:.6g}", value - 1e-9, value + 1e-9, why, regime=regime, **more)


def _near(control: str, measure: str, value: float, width: float, why: str) -> Expectation:
    return Expectation(control, measure, f"{value:.3g} ± {width:.3f}", value - width, value + width, why)


def _ranks(control: str, measure: str, known: Known, why: str) -> Expectation:
    return _near(control, measure, 0.5, known.ranks(), why)


def _detector(control: str, measure: str, known: Known, why: str) -> Expectation:
    return _near(control, measure, 0.5, known.ranks(2), why)


def _peek_chance(control: str, known: Known) -> Expectation:
    return _ranks(control, "peek_auc", known, "test rows are as strange to it as validation rows")
