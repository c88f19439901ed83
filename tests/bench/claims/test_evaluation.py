"""The rule: intervals against bands, verdicts from two runs, sources and budgets apart, from records alone."""

import math

import numpy as np
import pytest
from msgspec.structs import replace

from bench.claims import evaluate, render
from bench.claims.files import Claim, Quantity
from bench.claims.selection import configuration
from bench.records.replicates import Replicate
from bench.statistics.comparison import estimate, mean_interval
from tests.factories import record

METRIC = "metrics.f1"
SMOTE, NONE = {"method": "smote"}, {"method": "none"}
ARM = {"tasks": ["pima"], "methods": ["smote"], "classifiers": ["tree"], "regimes": ["balance"], "seeds": 4}
LEAKY = ARM | {"tasks": ["credit-fraud"], "leak": "all of it"}


@pytest.fixture(autouse=True)
def _names(names):
    pass


def claim(band=(0.1, math.inf), minus=(NONE,), arms=None, **more):
    row = {"of": (SMOTE,), "minus": minus, "band": band} | {
        k: more.pop(k) for k in ("over", "judged_on", "published", "of", "most") if k in more
    }
    return Claim(
        id="c", title="t", statement="s", where="w", year=2020, protocol="p", rows=(Quantity("gain", METRIC, **row),),
        arms=arms or {"as_published": ARM}, **more,
    )  # fmt: skip


def records(values, method="smote", task="pima", of=None, arm="as_published", budget="quick", **more):
    """A record a value, as a run of the claim would have written it."""
    config = configuration(of or claim(), arm, budget, more.get("source", "real"))
    options = {
        "base_seed": 0, "task": dict(config.options("task", task, task)), "measures": dict(config.measures),
    }  # fmt: skip
    usual = {
        "task": task, "method": method, "budget": budget, "regime": "real" if method == "none" else "balance",
        "n_train": 100, "n_test": 50, "versions": {"python": "3"}, "started": "2026", "config": options,
    }  # fmt: skip
    name = f"{method}{task}{budget}{more.get('source', '')}{more.get('started', '')}"
    return [
        record(
            **usual
            | {"id": f"{name}{seed}", "seed": seed, "metrics": {"f1": value}, "hashes": {"test": f"t{seed}"}}
            | more
        )
        for seed, value in enumerate(values)
    ]


def judge(found, of=None):
    return evaluate(found, [of or claim()])[0]


BASE = records([0.5, 0.52, 0.51, 0.49], "none")
#: gains of .2, a little more or less
HIGH = records([0.70, 0.72, 0.72, 0.69])
LOW = records([0.51, 0.53, 0.53, 0.49])
WIDE = records([0.50, 0.90, 0.40, 0.80])


def test_the_interval_of_a_difference_is_paired_and_corrected():
    row = judge(BASE + HIGH)["rows"][0]["as_published"]
    expected = mean_interval([0.2, 0.2, 0.21, 0.2], ratio=0.5)
    assert (row["mean"], row["low"], row["high"], row["n"]) == pytest.approx(
        (expected.mean, expected.low, expected.high, 4)
    )


def test_the_same_test_rows_at_every_seed_need_no_correction():
    same = [replace(r, hashes={"test": "official"}) for r in BASE + HIGH]
    row = judge(same)["rows"][0]["as_published"]
    assert row["high"] == pytest.approx(mean_interval([0.2, 0.2, 0.21, 0.2]).high)


def fixed(found):
    """The records with the same 40 test rows at every seed."""
    return [replace(r, test_units="rows", hashes={"test": "official"}) for r in found]


def drawn(found, spread):
    """Draws of the test rows in which what SMOTE gains varies by ``spread``; both move together by far more."""
    rng = np.random.default_rng(0)
    both, gain = rng.normal(size=200), rng.normal(size=200)
    return {r.id: Replicate(40, {"f1": r.metrics["f1"] + both + spread * gain * (r.method == "smote")}) for r in found}


def test_the_same_test_rows_are_drawn_again_with_the_seeds():
    found = fixed(BASE + HIGH)
    few, many = (evaluate(found, [claim()], drawn(found, spread))[0] for spread in (0.01, 0.2))
    row = few["rows"][0]["as_published"]
    kept = drawn(found, 0.01)
    gains = np.stack([kept[b.id].values["f1"] - kept[a.id].values["f1"] for a, b in zip(BASE, HIGH, strict=True)], 1)
    expected = estimate([0.2, 0.2, 0.21, 0.2], 0.0, gains, 40).interval()
    assert (row["mean"], row["low"], row["high"]) == pytest.approx((expected.mean, expected.low, expected.high))
    assert row["over"] == "40 test units"
    assert (few["verdict"], many["verdict"]) == ("reproduced", "undecided")
    assert "over 4 seeds and 40 test units lies in" in few["why"]
    assert "n = 4 × 40 test units" in render([few])


def test_without_draws_an_interval_says_that_it_is_of_these_test_rows_alone():
    found = fixed(BASE + HIGH)
    for kept in ({}, {r.id: Replicate(40, {"recall": np.ones(9)}) for r in found}, drawn(found[1:], 0.01)):
        judged = evaluate(found, [claim()], kept)[0]
        assert judged["rows"][0]["as_published"]["over"] == "these test rows alone"
        assert "over 4 seeds, these test rows alone, lies in" in judged["why"]
        assert "n = 4, these test rows alone" in render([judged])
    assert judge(BASE + HIGH)["rows"][0]["as_published"]["over"] == ""  # seeds draw other test rows


def test_a_ratio_is_drawn_in_logarithms_and_a_measure_of_synthetic_rows_not_at_all():
    of = claim(band=(1.2, math.inf), minus=(), over=NONE)
    found = fixed(BASE + HIGH)
    kept = {r.id: Replicate(40, {"f1": np.full(200, r.metrics["f1"])}) for r in found}
    row = evaluate(found, [of], kept)[0]["rows"][0]["as_published"]
    logs = [math.log(b.metrics["f1"] / a.metrics["f1"]) for a, b in zip(BASE, HIGH, strict=True)]
    assert (row["low"], row["high"]) == pytest.approx(tuple(map(math.exp, ends(mean_interval(logs)))))
    assert row["over"] == "40 test units"
    quantity = Quantity("ks", "fidelity.ks", (SMOTE,), band=(0.0, 1.0))
    shown = evaluate([replace(r, fidelity={"ks": 0.1}) for r in found], [replace_rows(of, quantity)], kept)[0]
    assert shown["rows"][0]["as_published"]["over"] == ""


def ends(interval):
    return interval.low, interval.high


def replace_rows(of, *rows):
    return Claim(**{**of.__dict__, "rows": rows})


@pytest.mark.parametrize(
    ("found", "verdict"),
    [(HIGH, "reproduced"), (LOW, "not reproduced"), (WIDE, "undecided"), ([], "undecided"), (HIGH[:1], "undecided")],
)
def test_an_interval_lies_in_the_band_outside_it_or_reaches_beyond(found, verdict):
    assert judge(BASE + found)["verdict"] == verdict


def test_without_a_record_nothing_was_run_and_the_need_is_said():
    found = judge([], claim(needs="a larger machine"))
    assert found["verdict"] == "not run"
    assert found["why"] == "needs a larger machine"
    assert found["rows"][0]["as_published"] is None


def test_only_seeds_that_all_cells_have_are_paired():
    row = judge(BASE[1:] + HIGH[:3])["rows"][0]["as_published"]
    assert row["n"] == 2
    assert row["mean"] == pytest.approx(0.205)


def test_a_ratio_is_taken_of_logarithms():
    of = claim(band=(1.5, math.inf), minus=(), over=NONE)
    base, found = records([0.1, 0.2, 0.4, 0.8], "none"), records([0.2, 0.4, 0.8, 1.6])
    row = judge(base + found, of)["rows"][0]["as_published"]
    assert (row["mean"], row["low"], row["high"]) == pytest.approx((2, 2, 2))
    assert judge(base + found, of)["verdict"] == "reproduced"
    assert judge(base + records([0.0, 0.4, 0.8, 1.6]), of)["rows"][0]["as_published"]["n"] == 3


def test_the_verdict_comes_from_both_runs():
    of = claim(arms={"as_published": LEAKY, "leak_free": ARM})
    leak = {"of": of, "task": "credit-fraud"}
    base = records([0.5, 0.52, 0.51, 0.49], "none", **leak) + BASE
    high, low = records([0.70, 0.72, 0.72, 0.69], **leak), records([0.51, 0.53, 0.53, 0.49], **leak)
    verdicts = {
        "both": judge(base + high + HIGH, of),
        "leak": judge(base + high + LOW, of),
        "neither": judge(base + low + LOW, of),
        "odd": judge(base + low + HIGH, of),
        "half": judge(base + high, of),
    }
    assert {name: found["verdict"] for name, found in verdicts.items()} == {
        "both": "reproduced",
        "leak": "reproduced only with the leak",
        "neither": "not reproduced",
        "odd": "not reproduced",
        "half": "undecided",
    }
    assert "leak-free: gain" in verdicts["leak"]["why"]


@pytest.mark.parametrize(
    ("arm", "cells", "said"),
    [
        ("leak_free", "| not run | 0.202 [", "run leak-free alone, not as published; see its limits"),
        ("as_published", ", n = 4 | not run |", "run as published alone, not leak-free; see its limits"),
    ],
)
def test_a_protocol_that_is_not_run_is_said(arm, cells, said):
    of = claim(arms={arm: ARM}, limits="the other is not known")
    found = judge(BASE + HIGH, of)
    assert said in found["why"]
    text = render([found])
    assert cells in text
    assert "- Limits: the other is not known" in text
    assert "the same run" in render([judge(BASE + HIGH)])


def test_one_row_that_disagrees_decides():
    both = claim()
    rows = (both.rows[0], Quantity("other", METRIC, (SMOTE,), band=(0.9, 1.0)))
    of = Claim(**{**both.__dict__, "rows": rows})
    found = judge(BASE + HIGH, of)
    assert found["verdict"] == "not reproduced"
    assert "other" in found["why"]
    assert "gain" not in found["why"]


def test_a_row_counts_only_on_the_sources_it_names():
    found = judge(BASE + LOW, claim(judged_on=()))
    assert found["verdict"] == "undecided"
    assert found["rows"][0]["judged"] is False
    assert found["rows"][0]["as_published"]["n"] == 4


def test_sources_are_never_pooled_and_the_most_real_one_is_judged():
    of = claim(sources=("real", "simulated"))
    other = [replace(r, id="s" + r.id, source="simulated") for r in BASE + LOW]
    assert judge(other, of)["verdict"] == "not reproduced"
    assert "SIMULATED" in judge(other, of)["why"]
    found = judge(other + BASE + HIGH, of)
    assert (found["source"], found["verdict"], len(found["record_ids"])) == ("real", "reproduced", 8)
    assert judge(other, claim())["verdict"] == "not run"


def test_a_smaller_budget_than_decides_is_shown_and_undecided():
    of = claim(decided_at="standard")
    found = judge(BASE + HIGH, of)
    assert found["verdict"] == "undecided"
    assert "too briefly at quick" in found["why"]
    more = {"of": of, "budget": "standard"}
    at_standard = records([0.5, 0.52, 0.51, 0.49], "none", **more) + records([0.70, 0.72, 0.72, 0.69], **more)
    assert judge(BASE + HIGH + at_standard, of)["verdict"] == "reproduced"
    assert judge(BASE + HIGH + at_standard[:1], of)["budget"] == "quick"


def test_records_of_other_options_are_other_cells():
    changed = [replace(r, config=replace(r.config, method={"k_neighbors": 3})) for r in HIGH]
    assert judge(BASE + changed)["verdict"] == "undecided"
    assert judge([replace(r, seed=r.seed + 50) for r in BASE + HIGH])["verdict"] == "not run"


def test_the_newest_record_of_a_cell_counts():
    newer = [replace(r, id="n" + r.id, started="2027", ended="2027") for r in LOW]
    assert judge(newer + BASE + HIGH)["verdict"] == "not reproduced"


def test_a_run_that_is_not_at_its_end_is_open():
    found = judge(BASE + HIGH[:3])
    assert found["rows"][0]["as_published"]["low"] > 0.1
    assert found["verdict"] == "undecided"
    assert "1 cell is still to be run" in found["why"]


def test_a_sum_that_cancels_is_zero():
    same = records([r.metrics["f1"] + 1e-17 for r in BASE])
    assert "gain 0 [0, 0] over 4 seeds" in judge(BASE + same)["why"]


def test_a_failed_cell_is_said():
    failed = replace(HIGH[0], status="timeout", phase="fit", reason="took too long", metrics={})
    found = judge([*BASE, failed, *HIGH[1:]])
    assert found["verdict"] == "reproduced"
    assert "1 cell failed, e.g. timeout in fit: took too long" in found["why"]
    assert found["rows"][0]["as_published"]["n"] == 3


def test_what_the_harness_lost_is_still_to_be_run():
    lost = replace(HIGH[0], status="harness", phase="fit", reason="the disk is full", metrics={})
    found = judge([*BASE, lost, *HIGH[1:]])
    assert found["verdict"] == "undecided"
    assert "1 cell is still to be run" in found["why"]
    assert "failed" not in found["why"]


@pytest.mark.parametrize(("axis", "value"), [("train_rows", 50), ("label_noise", 0.1), ("tuned", "ab"), ("epsilon", 1)])
def test_records_of_fewer_rows_flipped_labels_or_tuned_options_are_other_cells(axis, value):
    assert judge(BASE + [replace(r, **{axis: value}) for r in HIGH])["verdict"] == judge(BASE)["verdict"]


def test_seeds_made_by_different_code_are_said():
    mixed = [*HIGH[:2], *(replace(r, hashes=r.hashes | {"code": "other"}) for r in HIGH[2:])]
    assert "MIXED CODE" in judge(BASE + mixed)["why"]


def test_the_order_of_records_changes_nothing():
    assert judge(BASE + HIGH) == judge((HIGH + BASE)[::-1])


def test_the_page_has_a_row_a_quantity_and_is_loud_about_the_source():
    of = claim(
        sources=("simulated",), published=0.2, band=(0.1, math.inf), url="https://example.org", remark="mind | it"
    )
    found = evaluate([replace(r, source="simulated") for r in BASE + HIGH], [of])
    page = render(found)
    assert page == render(found)
    assert page.endswith("\n")
    line = next(line for line in page.splitlines() if line.startswith("| [t]"))
    assert "**SIMULATED**" in line
    assert "| 0.2; ≥ 0.1 | 0.202 [" in line
    assert "**reproduced**" in line
    assert "on SIMULATED rows" in line
    assert line.replace("\\|", "").count("|") == 8
    assert "[w](https://example.org), 2020" in page
    assert "budget quick, 8 records" in page
    assert "1 reproduced." in page


def test_the_page_of_nothing_run_says_so():
    page = render(evaluate([], [claim(needs="time")]))
    assert "1 not run." in page
    assert "| – | – | **not run** | needs time |" in page


def test_a_claim_that_is_judged_by_its_sign_is_never_reproduced():
    sign = claim(band=(0.0, math.inf))
    found = judge(BASE + HIGH, sign)
    assert found["verdict"] == "same sign"
    assert judge(BASE + records([0.3, 0.32, 0.32, 0.29]), sign)["verdict"] == "not reproduced"
    assert "1 same sign." in render([found])
    both = claim(band=(0.0, math.inf), arms={"as_published": LEAKY, "leak_free": ARM})
    leak = {"of": both, "task": "credit-fraud"}
    runs = records([0.5, 0.52, 0.51, 0.49], "none", **leak) + records([0.70, 0.72, 0.72, 0.69], **leak)
    lower = records([0.3, 0.32, 0.32, 0.29])
    assert judge(BASE + runs + lower, both)["verdict"] == "same sign only with the leak"


def test_more_than_was_published_is_not_reproduced_either():
    of = claim(band=(0.05, 0.15), published=0.1)
    assert judge(BASE + HIGH, of)["verdict"] == "not reproduced"  # gains of .2


def test_where_there_is_no_room_for_a_gain_nothing_is_decided():
    of = claim(band=(0.6, 1.2), published=0.9, most=1.0)
    found = judge(BASE + HIGH, of)  # no augmentation has .505: at most .495 could be gained
    assert found["verdict"] == "undecided"
    assert "has room for 0.495 at most, and cannot reach" in found["why"]
    assert judge(BASE + HIGH, claim(band=(0.6, 1.2), published=0.9))["verdict"] == "not reproduced"


def test_one_run_is_shown_once_where_nothing_leaked():
    line = next(line for line in render([judge(BASE + HIGH)]).splitlines() if "**reproduced**" in line)
    assert "| the same run |" in line
