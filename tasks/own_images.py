"""Images of the user's own: ``--task images:FOLDER``, a folder with one subfolder a class.

Images of one size of at most 64 pixels a side stay as they are, all others become 32 x 32 (``size`` says otherwise);
they are grey if all of them are, else red, green and blue. Equal images stay together in a split. Where the folder lies
is in no record; the checksum is of the files, by class and name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.registry import task
from bench.registry.opening import place_and_label
from bench.task import Dataset, Opened, Origin, Schema, Task
from tasks.sources import combined_sha256, file_sha256
from tasks.sources.content import reading
from tasks.sources.tables import duplicate_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.data import DataHome

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
#: pixels a side that images of one size may have to stay as they are, and that all others become
LARGEST, USUAL = 64, 32
MOST_IMAGES = 200_000
_GREY = ("1", "L", "I", "F", "I;16", "LA")


@task(
    "images", modalities=("image",), requires=("PIL",), opens=True, summary="your own images, a FOLDER with one a class"
)
class OwnImages(Task):
    """Images of your own.

    Parameters
    ----------
    form : "images".
    file : the folder's name; it is looked for where it was opened, then in the data folder.
    size : pixels a side; 0 leaves images of one small size as they are.
    mirror : whether a mirrored image is still of its class, as a dog is and a letter is not.
    """

    modality = "image"

    def __init__(self, name: str, form: str = "images", file: str = "", size: int = 0, mirror: bool = False) -> None:
        super().__init__(name)
        if size < 0 or size > 1024:
            raise BenchError(f"{name}: size must be 0 to 1024 pixels, not {size}")
        self.form, self.file, self.size, self.mirror = form, file, size, mirror

    @classmethod
    def opened(cls, kind: str, text: str, **given: str) -> Opened:
        """What ``images:`` is followed by: a folder."""
        path, label = place_and_label(text, f"{kind}:FOLDER")
        if label or any(given.values()):
            raise BenchError(f"{kind}:{path.name} takes its classes from subfolders; leave label, group and time out")
        return Opened({"form": kind, "file": path.name}, path, (path.name,))

    def locate(self, home: DataHome) -> Origin:
        """The folder that was opened, else one of its name in the data folder."""
        roots = (home.folder, home.cache)
        places = (root / self.file for root in roots if root)
        place = self.place or next((place for place in places if place.is_dir()), None)
        if place is None or not place.is_dir():
            raise DataUnavailable(f"{self.name}: no folder {self.file} is here; name its parent with --data-dir")
        found = list(_images(place))
        checksum = combined_sha256({f"{path.parent.name}/{path.name}": file_sha256(path) for path in found})
        self._rank(len({path.parent.name for path in found}))
        return Origin("real", "folder", checksum, f"{self.file}: {len(found):,} images", place, "your own")

    def read(self, origin: Origin) -> Dataset:
        """Every image, (n, channels, height, width) in [0, 1]. Raises ``InvalidData`` for one that is none."""
        assert origin.path is not None
        paths = list(_images(origin.path))
        counts = Counter(path.parent.name for path in paths)
        self._rank(len(counts))
        classes = sorted(counts, key=lambda name: (-counts[name], name))
        code = {name: i for i, name in enumerate(classes)}
        X = _pixels(paths, self.size)
        y = np.array([code[path.parent.name] for path in paths], dtype=np.int64)
        rare = 1 if len(classes) == 2 else None
        schema = Schema("image", X.shape[1:], tuple(classes), rare=rare, mirror=self.mirror)
        return Dataset(X, y, schema, origin, duplicate_groups(X.reshape(len(X), -1)))

    def words(self, origin: Origin) -> Sequence[str]:
        assert origin.path is not None
        counts = Counter(path.parent.name for path in _images(origin.path)).most_common()
        shown = ", ".join(f"{name} {count:,}" for name, count in counts[:6])
        more = f" and {len(counts) - 6} more" if len(counts) > 6 else ""
        mirrored = "" if self.mirror else "; not mirrored ([task.NAME] mirror = true in a configuration allows it)"
        return (f"{sum(c for _, c in counts):,} images: {shown}{more}{mirrored}",)

    def _rank(self, classes: int) -> None:
        if classes > 2:
            self.primary = "f1_macro"  # type: ignore[misc]


def _images(folder: Path) -> Iterator[Path]:
    """The images in the subfolders, by class and name. Raises ``InvalidData`` where there are no two classes."""
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = [
        sorted(p for p in one.iterdir() if p.suffix.lower() in ENDINGS and not p.name.startswith("."))
        for one in classes
    ]
    if sum(map(bool, found)) < 2:
        raise InvalidData(f"{folder.name} needs a subfolder with images for each of two or more classes")
    if (count := sum(map(len, found))) > MOST_IMAGES:
        raise InvalidData(f"{folder.name} holds {count:,} images; at most {MOST_IMAGES:,} are read")
    for paths in found:
        yield from paths


def _pixels(paths: Sequence[Path], size: int) -> NDArray[np.float32]:
    """Images (n, channels, height, width) in [0, 1], of one size and one number of channels."""
    from PIL import Image

    def opened(path: Path) -> Any:
        with reading(path, "an image", "replace it or take it out"), Image.open(path) as image:
            image.load()
            return image.convert("L" if image.mode in _GREY else "RGB")

    images = [opened(path) for path in paths]
    sizes = {image.size for image in images}
    if size or len(sizes) > 1 or max(map(max, sizes)) > LARGEST:
        side = size or USUAL
        images = [image.resize((side, side), Image.Resampling.BILINEAR) for image in images]
    mode = "L" if all(image.mode == "L" for image in images) else "RGB"
    pixels = np.stack([np.asarray(image.convert(mode), dtype=np.float32) / 255 for image in images])
    return np.ascontiguousarray(pixels[:, None] if mode == "L" else pixels.transpose(0, 3, 1, 2))
