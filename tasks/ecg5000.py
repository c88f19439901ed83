"""ECG5000 of the UCR archive: 5,000 heartbeats of one patient, 140 samples each, five classes.

Chen, Hao, Keogh et al., from record chf07 of the BIDMC Congestive Heart Failure Database (PhysioNet); each beat is
interpolated to 140 samples and z-normalised. The archive's own split (500 training, 4,500 test beats) leaves two
training beats of the rarest class, so both files are pooled and split like any other task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bench.errors import DataUnavailable, InvalidData
from bench.registry import task
from bench.task import Column, DataFile, Dataset, Origin, Schema, Task
from tasks.sources import find_all
from tasks.sources.content import read_numbers

if TYPE_CHECKING:
    from bench.data import DataHome

_NOTE = "from the UCR archive, timeseriesclassification.com or cs.ucr.edu/~eamonn; put it there by hand"
FILES = (
    DataFile(
        "ecg5000/ECG5000_TRAIN.tsv",
        "df86ac15d7e283e731db6be7865f5004b65bc639014cb8b9753c26e24a9092a1",
        licence="UCR archive, none stated",
        note=_NOTE,
        form="numbers",
        content="de12e29b213077a0ba2d07f7a460fdb511821bf30a6eaedfa777d367a5022b73",
        separator="\t",
    ),
    DataFile(
        "ecg5000/ECG5000_TEST.tsv",
        "0192997dd1793880633bfb34ae3ad5129c09a8e0f210c469225451b92cdd8548",
        licence="UCR archive, none stated",
        note=_NOTE,
        form="numbers",
        content="3eb545bbcdca3c7192bf46c92b226601b771f3efc9244f453fa7555dd7adcb3a",
        separator="\t",
    ),
)
STEPS = 140
#: of codes 1 to 5; 2,919, 1,767, 96, 194 and 24 beats
CLASSES = ("normal", "R-on-T PVC", "PVC", "supraventricular", "unclassified")


@task("ecg5000", modalities=("series",), development=True)
class ECG5000(Task):
    """ECG5000 (UCR): 5,000 heartbeats of one patient, 140 samples x 1 lead, five classes, 24 beats of the rarest."""

    modality = "series"
    primary = "f1_macro"
    files: ClassVar[tuple[DataFile, ...]] = FILES

    def locate(self, home: DataHome) -> Origin:
        found = find_all(home, FILES, self.name)
        if found is None:
            raise DataUnavailable(
                f"{self.name}: {FILES[0].path} and {FILES[1].path} are not in the data folder; take them from the UCR "
                "archive (ECG5000) and put them there"
            )
        paths = found.paths
        if paths[0].parent != paths[1].parent:
            raise InvalidData(f"the ECG5000 files lie in {paths[0].parent} and {paths[1].parent}; put them into one")
        return Origin("real", found.kind, found.sha256, "both UCR files", paths[0].parent, FILES[0].licence)

    def read(self, origin: Origin) -> Dataset:
        assert origin.path is not None
        parts = []
        for file in FILES:
            path = origin.path / file.path.rpartition("/")[2]
            parts.append(read_numbers(path, file.separator).astype(np.float32))
            if parts[-1].shape[1] != STEPS + 1:
                raise InvalidData(f"{path} has {parts[-1].shape[1]} columns, not {STEPS + 1}; get it again")
            if not np.isin(parts[-1][:, 0], np.arange(len(CLASSES)) + 1).all() or not np.isfinite(parts[-1]).all():
                raise InvalidData(f"{path} holds other labels than 1 to {len(CLASSES)}, or no numbers; get it again")
        rows = np.concatenate(parts)
        schema = Schema("series", (STEPS, 1), CLASSES, (Column("ecg"),))
        return Dataset(rows[:, 1:, None], rows[:, 0].astype(np.int64) - 1, schema, origin)
