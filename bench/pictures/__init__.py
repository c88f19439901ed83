"""Pictures of synthetic rows beside real ones, and of the training that made them: samples in, PNG files out.

Which pictures a sample gets depends on its modality:

================== ========================================================================================
file               shows
================== ========================================================================================
``losses``         loss curves with the detector's accuracy, of every seed (methods that report their training)
``progress``       image sheets, or scatters of two columns, over the steps of training
``projection``     PCA, fitted on the real rows, and t-SNE, fitted on both
``histograms``     tables: up to 30 columns, real against synthetic
``scatter``        tables: the two numeric columns that separate the classes best
``frequencies``    tables with categories: each category's frequency, synthetic against real
``predictability`` the same: each variable's accuracy when predicted from the others, where that was measured
``images``         images: real and generated ones, a row a class
``windows``        series: a real and a synthetic window of each variable
================== ========================================================================================

A table also gets ``statistics.csv``, the moments and quantiles of each column. Titles carry the task, the method, the
source (in red where the rows are simulated), the number of rows, the seed and the budget.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figuretext import literal
from bench.slugs import cell

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from bench.trial.samples import Sample


def draw(sample: Sample, folder: Path) -> list[Path]:
    """Draw every picture that the sample has rows for: ``folder/<sample.stem>.<picture>.png``. Returns the paths."""
    from bench.pictures import categories, images, projection, series, tables, training

    makers: dict[str, Callable[[Sample], Figure | None]] = {"losses": training.losses}
    modality = sample.schema.modality
    if modality == "image":
        makers |= {"images": images.sheet, "progress": images.progress, "projection": projection.figure}
    elif modality == "series":
        makers |= {"windows": series.windows, "projection": projection.figure}
    else:
        makers |= {
            "histograms": tables.histograms,
            "scatter": tables.scatter,
            "frequencies": categories.frequencies,
            "predictability": categories.predictability,
            "progress": tables.progress,
            "projection": projection.figure,
        }
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, make in makers.items():
        figure = make(sample)
        if figure is not None:
            path = folder / f"{sample.stem}.{name}.png"
            temporary = folder / f".{path.name}.{os.getpid()}.png"
            literal(figure).savefig(temporary)
            os.replace(temporary, path)
            paths.append(path)
    if modality == "tabular" and min(len(sample.real), len(sample.synthetic)):
        path = folder / f"{sample.stem}.statistics.csv"
        tables.statistics(sample).map(cell).to_csv(path, index=False, float_format="%.6g")
        paths.append(path)
    return paths
