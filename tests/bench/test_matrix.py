import pytest

from bench import registry
from bench.config import Config
from bench.data import DataHome
from bench.errors import BenchError
from bench.matrix import plan, why
from bench.records.identity import axes
from bench.records.store import Store
from bench.running import missing
from bench.task import Origin
from bench.trial.fit import Cell, Facts, FitJob, now


@pytest.fixture(autouse=True)
def _toy(toy):
    pass


def lay_out(**more):
    given = {"tasks": ("toy",), "methods": ("none", "smote"), "classifiers": ("mlp", "xgboost"),
             "regimes": ("real", "balance", "tstr")}  # fmt: skip
    return plan(Config(**given | more), DataHome(offline=True), "cpu")


def cells(matrix):
    return [(f.method, c.classifier, c.regime, f.seed) for f in matrix.fits for c in f.cells]


def test_one_fit_a_method_and_seed_shared_by_its_cells():
    matrix = lay_out(seeds=(0, 1))
    assert len(matrix.fits) == 4
    assert matrix.cells == 2 * (2 + 4)
    assert len({cell.id for fit in matrix.fits for cell in fit.cells}) == matrix.cells


def test_the_baseline_is_always_in():
    found = cells(lay_out(methods=("smote",), regimes=("balance",), classifiers=("xgboost",)))
    assert found == [("none", "xgboost", "real", 0), ("smote", "xgboost", "balance", 0)]


def test_an_empty_selection_is_refused():
    with pytest.raises(BenchError, match="nothing to run: no cell fits"):
        lay_out(methods=("none",), regimes=("balance",), named=frozenset({"methods", "regimes"}))


def test_unknown_names_get_a_suggestion():
    with pytest.raises(BenchError, match="unknown method 'smot'; did you mean 'smote'"):
        lay_out(methods=("smot",))


def test_a_named_method_that_fits_no_task_is_refused_and_an_unnamed_one_left_out():
    with pytest.raises(BenchError, match="dcgan is for image; toy is tabular"):
        lay_out(methods=("dcgan",), named=frozenset({"methods"}))
    assert {f.method for f in lay_out(methods=("dcgan", "smote")).fits} == {"none", "smote"}


def test_ids_depend_on_what_determines_the_result_and_on_nothing_else(tmp_path):
    base = {c.id for f in lay_out().fits for c in f.cells}
    for same in ({"workers": 7}, {"out": tmp_path}, {"timeout": 5.0}, {"engine": "serial"}):
        assert {c.id for f in lay_out(**same).fits for c in f.cells} == base
    for other in ({"base_seed": 1}, {"budget": "full"}, {"task": {"toy": {"rows": 300}}}, {"threads": 2}):
        assert not {c.id for f in lay_out(**other).fits for c in f.cells} & base
    changed = {c.id for f in lay_out(method={"smote": {"k_neighbors": 3}}).fits for c in f.cells}
    assert len(changed & base) == 2  # the baseline stays


def test_why_names_what_changed():
    old = {axes(r): r for f in lay_out().fits for c in f.cells for r in [f.record(c, "ok", started="")]}
    fit = lay_out(task={"toy": {"rows": 300}}).fits[1]
    assert why(fit, fit.cells[0], old) == "changed: the data, the configuration"
    assert why(fit, fit.cells[0], {}) == "not run yet"


def test_only_what_is_missing_is_left(tmp_path):
    matrix = lay_out()
    done = [(matrix.fits[0], matrix.fits[0].cells[0]), *((matrix.fits[1], c) for c in matrix.fits[1].cells)]
    with Store(tmp_path) as store:
        for fit, cell in done:
            store.append(fit.record(cell, "error", started=""))
        rest = missing(matrix.fits, store)
    assert [(f.method, [c.classifier for c in f.cells]) for f in rest] == [("none", ["xgboost"])]


def test_options_that_do_not_exist_are_refused():
    with pytest.raises(BenchError, match="task 'toy' has no option 'row'; did you mean 'rows'"):
        lay_out(task={"toy": {"row": 5}})


def test_a_method_option_that_does_not_exist_is_refused_before_anything_runs():
    with pytest.raises(BenchError, match="method 'smote' has no option 'neighbours'"):
        lay_out(method={"smote": {"neighbours": 5}})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"method": {"smote": {"k_neighbors": "5"}}}, "method.smote: k_neighbors must be int, not '5'"),
        ({"task": {"stocks": {"steps": "24"}}}, "task.stocks: steps must be int"),  # though it is not selected
        ({"method": {"smot": {}}}, "unknown method 'smot'; did you mean 'smote'"),
        ({"measures": {"study": "rf"}}, "measures: study must be a list"),
        ({"override": ({"tasks": ["pi*"], "method": {"gan": {"steps": 2.5}}},)}, "method.gan: steps must be int"),
        ({"override": ({"tasks": ["pi*"], "measures": {"forecast": -1}},)}, "forecast must not be negative"),
    ],
)
def test_every_option_is_checked_before_any_rows_are_looked_for(config, message, monkeypatch):
    monkeypatch.setattr(registry.Entry, "create", None)  # what makes a task, which then looks for its rows
    with pytest.raises(BenchError, match=message):
        lay_out(**config)


def test_every_built_in_goes_with_some_task(names):
    from bench.matrix import fits_together

    for kind in ("method", "classifier"):
        for entry in registry.BY_KIND[kind]:
            assert any(fits_together(entry, task) is None for task in registry.tasks), entry.name


def test_limits_and_overrides_of_what_is_not_there_are_refused():
    with pytest.raises(BenchError, match="unknown method 'smot'; did you mean 'smote'"):
        lay_out(limits={"smot": {"timeout": 1.0}})
    for pattern in ("nope-*", "pimma"):
        with pytest.raises(BenchError, match=r"override.* no task fits"):
            lay_out(override=({"tasks": ["toy", pattern], "seeds": (0,)},))
    assert lay_out(override=({"tasks": ["to*", "pima"]},), limits={"smote": {"timeout": 1.0}}).fits


def test_methods_that_resample_are_for_their_regime_alone_and_it_is_said_of_a_named_one():
    named = frozenset({"methods"})
    every = lay_out(methods=("smote", "tomek", "adasyn"), regimes=("balance", "tstr", "resample"), classifiers=("mlp",))
    assert [(method, regime) for method, _, regime, _ in cells(every)] == [
        ("none", "real"), ("smote", "balance"), ("smote", "tstr"), ("tomek", "resample"), ("adasyn", "balance"),
    ]  # fmt: skip
    assert every.comparisons["toy"][1] == ["tomek", "mlp", "resample"]
    without = lay_out(methods=("smote", "tomek"), regimes=("balance",), named=named)
    assert without.left_out == {"tomek": "it is for regime resample, chosen are balance"}
    with pytest.raises(BenchError, match="nothing to run: smote: it is for regime balance, append or tstr, chosen are"):
        lay_out(methods=("smote",), regimes=("resample",), named=named)


def test_every_budget_has_the_regime_of_methods_that_resample_and_only_smoke_runs_some_unasked():
    from bench.config import BUDGETS, load

    for budget in BUDGETS:
        config = load(budget, None, {})
        assert "resample" in config.regimes
        if budget != "smoke":
            assert not [name for name in config.methods if "resample" in registry.methods[name].regimes]


def test_records_say_whether_defaults_were_chosen_on_their_rows():
    def said(task, source):
        facts = Facts.of(registry.tasks[task], registry.methods["none"], {})
        origin = Origin(source, "file", "0" * 64, "made up")
        fit = FitJob(task, "none", 0, 0, "smoke", origin, facts)
        return fit.record(Cell("a", "tree", "real"), "error", started=now(), phase="fit").development

    assert [said("sines", "simulated"), said("keel-german", "real"), said("keel-ecoli1", "real")] == [True, True, False]
    assert [said("credit-fraud", source) for source in ("simulated", "real", "real-subset")] == [True, False, False]


def test_a_development_task_shares_its_rows_with_no_task_that_counts():
    chosen = {e.family or e.name for e in registry.tasks if e.development is True} - {"fashion-mnist"}
    assert not {e.name for e in registry.tasks if (e.family or e.name) in chosen and not e.development}
