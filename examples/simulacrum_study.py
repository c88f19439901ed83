"""The LSE study's comparison of GANs on Simulacrum (L. Frayling, ST449, 2020), run again with a table beside its own.

    python examples/simulacrum_study.py --rows 280000 --steps 150000 --seeds 3     # the study's size: days on a CPU
    python examples/simulacrum_study.py                                            # a short version of it

Networks are the study's: generator 100 -> 3 x [100, batch norm, ReLU] -> one Gumbel-softmax (temperature 1/3) a
variable, critic [100, 100], Adam 1e-4, batch 100, penalty 10, condition the 3-character site in its natural
frequencies, 90/10 split. ``gan`` minimises the cross-entropy as it is meant. ``gan-as-coded`` repeats what the study's
code did: Keras' binary cross-entropy *of probabilities* applied to a critic without a sigmoid, which clips every score
to [1e-7, 1 - 1e-7], so that no gradient is left as soon as scores leave (0, 1). The row ``real`` puts training rows in
the place of synthetic ones: what chance alone leaves.

Rows come from the official file in ``--data-dir`` (or $AUGBENCH_DATA), else from the stand-in, and the table says
which. One JSON line a fit is appended to ``--out``; running again does only what is missing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bench.data import DataHome
from bench.measures.study import StudyScores, study_scores
from methods.cgan import CGAN
from methods.gan import GAN
from methods.nn.adversarial import CrossEntropy, Objective
from methods.wgan import CWGAN, WGAN
from tasks.sources.simulacrum_files import locate
from tasks.sources.simulacrum_reading import read
from tasks.sources.simulacrum_tables import SITE, stand_in_table, study_table, take

#: MSE_p, MSE_cp, MSE_lr, MSE_rf of the study's report (Table 2), 2-layer critics
STUDY = {
    "gan": (0.003852, 0.028566, 0.259183, 0.251436),
    "cgan": (0.008003, 0.044420, 0.144916, 0.150394),
    "wgan-gp": (0.000364, 0.015836, 0.024490, 0.025183),
    "cwgan-gp": (0.000141, 0.004133, 0.010692, 0.013916),
}
MEASURES = ("mse_p", "mse_cp", "mse_lr", "mse_rf")


class AsCoded(CrossEntropy):
    """The cross-entropy of probabilities, on scores clipped to be such: the study's code."""

    def critic(
        self, critic: nn.Module, real: Tensor, synthetic: Tensor, condition: Tensor | None
    ) -> tuple[Tensor, ...]:
        d_real = -_clipped(critic(real, condition)).log().mean()
        d_synthetic = -(1 - _clipped(critic(synthetic, condition))).log().mean()
        return d_real + d_synthetic, d_real, d_synthetic

    def generator(self, critic: nn.Module, synthetic: Tensor, condition: Tensor | None) -> Tensor:
        return -_clipped(critic(synthetic, condition)).log().mean()


def _clipped(scores: Tensor) -> Tensor:
    return scores.clamp(1e-7, 1 - 1e-7)


class GANAsCoded(GAN):
    def _objective(self) -> Objective:
        return AsCoded()


class CGANAsCoded(CGAN):
    def _objective(self) -> Objective:
        return AsCoded()


def method(name: str, steps: int, critic_steps: int, betas: tuple[float, float], seed: int) -> Any:
    sizes: dict[str, Any] = {
        "steps": steps,
        "batch_size": 100,
        "noise": 100,
        "generator": (100, 100, 100),
        "critic": (100, 100),
        "learning_rate": 1e-4,
        "betas": betas,
        "activation": "relu",
        "batch_norm": True,
        "temperature": 1 / 3,
        "balanced": False,
        "transform": "none",
        "ema": 0.0,
        "random_state": seed,
    }
    wasserstein = {"clip": None, "penalty": 10.0, "optimiser": "adam", "critic_steps": critic_steps}
    made = {
        "gan": (GAN, {}),
        "cgan": (CGAN, {}),
        "gan-as-coded": (GANAsCoded, {}),
        "cgan-as-coded": (CGANAsCoded, {}),
        "wgan-gp": (WGAN, wasserstein),
        "cwgan-gp": (CWGAN, wasserstein),
    }
    cls, more = made[name]
    return cls(**sizes | more)


def load(args: argparse.Namespace) -> tuple[Any, str]:
    home = DataHome.resolve(args.data_dir, offline=True)
    found = locate(home)
    if found is None:
        return stand_in_table(args.rows, 0), "simulated stand-in"
    table = read(found[0].path, found[0].sha256)
    if args.rows < len(table.codes):
        table = take(table, np.sort(np.random.default_rng(0).choice(len(table.codes), args.rows, replace=False)))
    return table, f"Simulacrum {found[1]}"


def run(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    table, source = load(args)
    X, site, conditional = study_table(table, max_categories=args.max_categories)
    everything, nothing, unconditional = study_table(table, conditional=False, max_categories=args.max_categories)
    sizes = [len(column.categories or ()) for column in conditional.columns]
    names = [column.name for column in conditional.columns]
    site_column = [column.name for column in unconditional.columns].index(SITE)
    done = {record["key"]: record for record in _records(args.out)}
    for seed in range(args.seeds):
        order = np.random.default_rng(seed).permutation(len(X))
        train, test = np.sort(order[len(X) // 10 :]), np.sort(order[: len(X) // 10])
        test = test[np.isin(site[test], site[train])]  # as the study: no site that training never saw
        known: StudyScores | None = None
        for name in ["real", *args.methods]:
            settings = [name, seed, source, args.rows, args.max_categories, args.score_rows, *args.models]
            if name != "real":
                settings += [args.steps, args.critic_steps if "wgan" in name else 1, *args.betas]
            key = json.dumps(settings)
            if key in done:
                continue
            started = time.perf_counter()
            if name == "real":
                some = np.random.default_rng(seed).choice(train, len(test), replace=False)
                rows, labels = X[some], site[some]
            elif name.startswith("c"):
                model = method(name, args.steps, args.critic_steps, tuple(args.betas), seed)
                rows, labels = model.fit(X[train], site[train], conditional).sample(site[test]), site[test]
            else:
                model = method(name, args.steps, args.critic_steps, tuple(args.betas), seed)
                synthetic = model.fit(everything[train], nothing[train], unconditional).sample(nothing[test])
                rows = np.delete(synthetic, site_column, axis=1)
                labels = synthetic[:, site_column].astype(np.int64)
            fitted = time.perf_counter()
            scores = study_scores(
                (X[train], site[train]),
                (rows, labels),
                (X[test], site[test]),
                sizes,
                names,
                conditional.n_classes,
                models=args.models,
                max_rows=args.score_rows,
                max_iter=30,
                known=known,
            )
            known = known or scores
            record = {"key": key, "method": name, "seed": seed, "source": source, "rows": args.rows}
            ratio = args.critic_steps if "wgan" in name else 1
            record |= {"steps": args.steps, "critic_steps": ratio, "betas": list(args.betas)}
            record |= {"metrics": scores.metrics, "columns": sum(sizes) + conditional.n_classes}
            record |= {"fit_seconds": fitted - started, "score_seconds": time.perf_counter() - fitted}
            with args.out.open("a") as stream:
                stream.write(json.dumps(record) + "\n")
            shown = " ".join(f"{k} {v:.3g}" for k, v in scores.metrics.items())
            print(f"{name} seed {seed}: {shown} (fit {fitted - started:.0f} s)", flush=True)
            done[key] = record
    print(report([r for r in done.values() if r["rows"] == args.rows and r["source"] == source]))


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def report(records: list[dict[str, Any]]) -> str:
    """A Markdown table: mean over seeds of each measure, with the study's figure in brackets."""
    from tabulate import tabulate

    runs: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for record in records:
        setting = (record["method"],)
        if record["method"] != "real":
            setting += (record["steps"], f"{record['critic_steps']}:1", "{} {}".format(*record["betas"]))
        runs.setdefault(setting, []).append(record)
    lines = []
    for setting, of_setting in runs.items():
        name, cells = setting[0], []
        for measure, published in zip(MEASURES, STUDY.get(name.removesuffix("-as-coded"), (None,) * 4), strict=True):
            values = [r["metrics"][measure] for r in of_setting if measure in r["metrics"]]
            mean = f"{statistics.mean(values):.2g}" if values else "-"
            cells.append(f"{mean} ({published:.2g})" if published is not None else mean)
        seconds = statistics.mean(r["fit_seconds"] for r in of_setting)
        lines.append(
            [*(setting if len(setting) > 1 else (name, "", "", "")), len(of_setting), *cells, f"{seconds:.0f}"]
        )
    source = ", ".join(sorted({r["source"] for r in records}))
    rows = ", ".join(f"{n:,}" for n in sorted({r["rows"] for r in records}))
    heading = f"Source: {source}, {rows} rows. In brackets: the study, on Simulacrum v1.1.\n\n"
    headers = ["method", "steps", "D:G", "Adam betas", "seeds", "MSE_p", "MSE_cp", "MSE_lr", "MSE_rf", "fit s"]
    return heading + tabulate(lines, headers, tablefmt="github")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--steps", type=int, default=4_000, help="generator steps")
    parser.add_argument(
        "--critic-steps", type=int, default=5, help="of the Wasserstein GANs; the study's default was 1"
    )
    parser.add_argument("--betas", type=float, nargs=2, default=(0.9, 0.999), help="of Adam; Keras' defaults")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--methods", nargs="+", default=["gan", "cgan", "gan-as-coded", "cgan-as-coded", "wgan-gp", "cwgan-gp"]
    )
    parser.add_argument("--models", nargs="*", default=["lr", "rf"], help="for predictability; none is much faster")
    parser.add_argument("--score-rows", type=int, default=2_000, help="rows that predictability learns from")
    parser.add_argument(
        "--max-categories", type=int, default=0, help="pool rarer categories; 0 keeps all, as the study"
    )
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--out", type=Path, default=Path("simulacrum_study.jsonl"))
    run(parser.parse_args())


if __name__ == "__main__":
    main()
