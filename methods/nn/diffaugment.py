"""Differentiable augmentation: what the discriminator sees is transformed, real and generated alike.

Source: Zhao, Liu, Lin, Zhu & Han 2020, "Differentiable augmentation for data-efficient GAN training"
(arXiv 2006.10738, section 3: translation by up to 1/8 of the size with zero padding, cutout of a square of half the
size). With few images a discriminator learns them by heart; it cannot if it never sees the same one twice, and because
the generator's images pass through the same transformations, the generator does not learn to imitate them. A
horizontal flip is added, as in the authors' data loader.

Random numbers come from torch's default generator (see ``methods.nn.adversarial.seeded``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

BACKGROUND = -1.0  # images are in [-1, 1]


def flip(images: Tensor) -> Tensor:
    """Mirror half of the images left to right."""
    chosen = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5
    return torch.where(chosen, images.flip(-1), images)


def translation(images: Tensor, ratio: float = 0.125) -> Tensor:
    """Shift every image by up to ``ratio`` of its size in each direction; what moves in is background."""
    n, _, height, width = images.shape
    device = images.device
    dy, dx = round(height * ratio), round(width * ratio)
    bordered = F.pad(images, (dx, dx, dy, dy), value=BACKGROUND)
    rows = torch.randint(0, 2 * dy + 1, (n, 1), device=device) + torch.arange(height, device=device)
    columns = torch.randint(0, 2 * dx + 1, (n, 1), device=device) + torch.arange(width, device=device)
    index = torch.arange(n, device=device)[:, None, None]
    return bordered.permute(0, 2, 3, 1)[index, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cutout(images: Tensor, ratio: float = 0.5) -> Tensor:
    """Blank (mid-grey) one rectangle of ``ratio`` of the size in every image; its centre may be anywhere."""
    n, _, height, width = images.shape
    device = images.device
    tall, wide = max(1, round(height * ratio)), max(1, round(width * ratio))
    y = torch.randint(0, height, (n, 1), device=device) - tall // 2
    x = torch.randint(0, width, (n, 1), device=device) - wide // 2
    down, across = torch.arange(height, device=device), torch.arange(width, device=device)
    in_rows = (down >= y) & (down < y + tall)
    in_columns = (across >= x) & (across < x + wide)
    return images * ~(in_rows[:, None, :, None] & in_columns[:, None, None, :])


TRANSFORMS: Mapping[str, Callable[[Tensor], Tensor]] = {"flip": flip, "translation": translation, "cutout": cutout}


def diffaugment(images: Tensor, names: Sequence[str]) -> Tensor:
    """Apply the named transformations, in order, to images (n, channels, height, width) in [-1, 1]."""
    for name in names:
        images = TRANSFORMS[name](images)
    return images
