"""Does packing keep a GAN from dropping modes? The ring and the grid of PacGAN, with it and without::

    python examples/packing.py --method gan --pac 1 2 --steps 10000 --seeds 10 --out packing.jsonl

One line of JSON a fit and figure; fits that ``--out`` already holds are not repeated. As in PacGAN noise has 2 numbers,
batches 100 packs, and 2,500 rows are judged. Two things differ. Each figure is of unit variance, as the task has it.
And networks and training are shorter, so that a fit takes a minute of one core; ``--published`` has PacGAN's 400,000
steps and networks.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from tabulate import tabulate

from bench import registry
from bench.data import DataHome
from bench.statistics.comparison import Interval, mean_interval
from tasks.rings_and_grid import SCALES, RingsAndGrid, coverage

SHORT: dict[str, Any] = {
    "batch_size": 100,
    "noise": 2,
    "generator": (128, 128, 128),
    "critic": (256, 256),
    "activation": "relu",
    "batch_norm": False,
    "learning_rate": 3e-4,
    "betas": (0.5, 0.999),
}
#: PacGAN's networks see the points as they are, and draw from the last weights
PLAIN: dict[str, Any] = {"transform": "none", "ema": 0.0}
PUBLISHED: dict[str, Any] = {
    **SHORT,
    "steps": 400_000,
    "generator": (400, 400, 400, 400),
    "critic": (200, 200, 200),
    "activation": "relu",
    "critic_activation": "maxout",
    "batch_norm": True,
    "learning_rate": 1e-4,
    "betas": (0.8, 0.999),
}


def fit_and_judge(name: str, options: dict[str, Any], per_mode: int) -> list[dict[str, Any]]:
    """One fit of a method on both figures: a record for each."""
    task = RingsAndGrid(per_mode=per_mode)
    data = task.read(task.locate(DataHome(offline=True)))
    start = time.perf_counter()
    method = registry.methods[name].create(**PLAIN | options).fit(data.X, data.y, data.schema)
    shared = {"method": name, "options": options, "fit_seconds": round(time.perf_counter() - start, 1)}
    judged = []
    for figure, unit in SCALES.items():
        rows = method.sample(np.full(2500, figure)) * unit
        judged.append({**shared, "figure": data.schema.classes[figure], **coverage(rows, figure)})
    return judged


def shown(value: Interval) -> str:
    return f"{value.mean:.3g}" if value.half is None else f"{value.mean:.3g} ± {value.half:.2g}"


def setting(options: dict[str, Any]) -> str:
    """What an option was set to that the short setting has otherwise, or has not."""
    known = json.loads(json.dumps(SHORT)) | {"device": "cpu"}
    own = ("steps", "pac", "random_state")
    changed = {key: value for key, value in options.items() if key not in own and known.get(key, known) != value}
    return " ".join(f"{key}={json.dumps(value)}" for key, value in changed.items())


def table(records: list[dict[str, Any]]) -> str:
    """Mean and 95 % interval over the seeds of each setting."""
    cells = defaultdict(list)
    for record in records:
        options = record["options"]
        key = (record["figure"], record["method"], setting(options), options["pac"], options["steps"])
        cells[key].append(record)
    rows = []
    for key, group in sorted(cells.items()):
        found = [
            mean_interval([record[measure] for record in group]) for measure in ("modes", "high_quality", "reverse_kl")
        ]
        rows.append([*key, len(group), *map(shown, found)])
    return tabulate(
        rows, ["figure", "method", "setting", "pac", "steps", "seeds", "modes", "high quality", "reverse KL"], "github"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", nargs="+", default=["gan"], help="gan, cgan, wgan, wgan-gp, cwgan, cwgan-gp")
    parser.add_argument("--pac", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--per-mode", type=int, default=4000)
    parser.add_argument("--published", action="store_true", help="PacGAN's networks, rates and 400,000 steps")
    parser.add_argument("--set", nargs="*", default=[], metavar="OPTION=JSON", help="further options of the method")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, default=Path("packing.jsonl"))
    args = parser.parse_args()
    registry.discover()
    given = {key: json.loads(value) for key, value in (item.split("=", 1) for item in args.set)}
    base = {**SHORT, "steps": args.steps} if not args.published else PUBLISHED
    records = [json.loads(line) for line in args.out.read_text().splitlines()] if args.out.is_file() else []
    for seed in range(args.seeds):
        for name in args.method:
            for pac in args.pac:
                options = {**base, "device": args.device, **given, "pac": pac, "random_state": seed}
                options = json.loads(json.dumps(options))
                if any(record["method"] == name and record["options"] == options for record in records):
                    continue
                new = fit_and_judge(name, options, args.per_mode)
                records += new
                with args.out.open("a") as file:
                    file.writelines(json.dumps(record) + "\n" for record in new)
    print(table(records))


if __name__ == "__main__":
    main()
