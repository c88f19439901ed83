"""How far honest records differ where nothing but the processor's kernels or the number of threads does.

Runs one selection as this machine does it, and again with the kernels of older processors and with two threads, and
prints the largest difference of each kind of number: what ``bench/release/tolerances.toml`` states was measured so.
Other versions of libraries are measured by an ``augbench`` of another environment, which ``--other`` names.

    python examples/kernels.py results/local/kernels [--other DIR/bin/augbench]
"""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from bench.records.identity import axes
from bench.records.reading import read
from bench.release.equality import group, kind_of, numbers

OLD = {
    "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "MKL_CBWR": "COMPATIBLE", "OPENBLAS_CORETYPE": "Nehalem",
}  # fmt: skip
AVX2 = {
    "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}  # fmt: skip
SETTINGS = {"here": ({}, 1), "SSE4": (OLD, 1), "AVX2": (AVX2, 1), "two threads": ({}, 2)}
SELECTIONS = (
    "--task pima --method none --method smote --method gan --method wgan-gp --classifier mlp --classifier xgboost "
    "--classifier logistic --classifier random-forest --regime balance --seeds 2 --budget quick",
    "--task digits-imbalanced --method none --method acgan --classifier cnn --seeds 2 --regime balance --budget smoke",
    "--task coffee --method none --method timegan --classifier gru --seeds 1 --regime balance --budget smoke",
)


def main(folder: Path, other: str = "") -> None:
    """Run, compare and print; ``other`` is the command of an environment with other versions of libraries."""
    settings = {name: ("augbench", *rest) for name, rest in SETTINGS.items()}
    settings |= {"other versions": (other, {}, 1)} if other else {}
    for name, (augbench, variables, threads) in settings.items():
        for selection in SELECTIONS:
            command = [augbench, "run", *selection.split(), "--offline", "--no-pictures", "--no-predictions"]
            command += ["--threads", str(threads), "--workers", "1", "--out", str(folder / name.replace(" ", "-"))]
            subprocess.run(command, check=True, env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
    here = {axes(record): record for record in read(folder / "here")}
    for name in list(settings)[1:]:
        gaps: dict[tuple[str, str], list[float]] = defaultdict(list)
        for record in read(folder / name.replace(" ", "-")):
            old, new = numbers(here[axes(record)]), numbers(record)
            for key in old.keys() & new.keys():
                gap = abs(old[key] - new[key]) / max(1.0, abs(old[key]))
                gaps[group(record), kind_of(key)].append(gap)
        for (kind, part), found in sorted(gaps.items()):
            differ = sorted(gap for gap in found if gap)
            middle = differ[len(differ) // 2] if differ else 0.0
            print(
                f"{name}: {kind} {part}: {len(differ)} of {len(found)} differ, at most {max(found):.3g}, half of these "
                f"by more than {middle:.3g}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[3] if sys.argv[2:3] == ["--other"] else "")
