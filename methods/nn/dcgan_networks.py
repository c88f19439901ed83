"""Convolutional generator and discriminator for images of any size, conditional on the class.

Sources: Radford, Metz & Chintala 2016 (arXiv 1511.06434): strided (de)convolutions without pooling or hidden dense
layers, batch norm, ReLU in the generator, LeakyReLU 0.2 in the discriminator, weights N(0, 0.02). Miyato & Koyama 2018
(arXiv 1802.05637, eq. 3): the label by projection, and spectral normalisation (arXiv 1802.05957). Odena, Olah & Shlens
2017 (arXiv 1610.09585): an auxiliary classifier instead.

The projection is taken with the flattened last feature map, not with its sum over the pixels: at 28 x 28 that map is
7 x 7, and where a sleeve is matters more than whether there is one (measured: with the sum, six of ten classes are not
learnt in 800 steps).

Both networks work on images in [-1, 1] whose sides are multiples of two to the number of doublings; :func:`padded`
says which, the caller pads and crops.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from methods.nn.diffaugment import diffaugment

Shape = tuple[int, int, int]
Head = Literal["projection", "auxiliary"]


def doublings(height: int, width: int) -> int:
    """How often the generator doubles its map: at least twice, and until the first map is at most 8 pixels wide.

    >>> [doublings(s, s) for s in (8, 28, 32, 64)]
    [2, 2, 2, 3]
    """
    times = 2
    while max(height, width) > 8 << times:
        times += 1
    return times


def padded(shape: Shape) -> Shape:
    """The image shape that the networks work on: sides rounded up to a multiple of two to the doublings."""
    channels, height, width = shape
    step = 1 << doublings(height, width)
    return channels, -(-height // step) * step, -(-width // step) * step


class Generator(nn.Module):
    """noise (n, latent) and class codes (n,) int64 to images (n, *shape) in [-1, 1].

    The class comes in one-hot, so that at first it is one part in a hundred of the input. An embedding of the noise's
    own size drowns it: the generator then draws one image a class (a twentieth of the real variance after 800 steps,
    against a half with one-hot).
    """

    def __init__(self, shape: Shape, n_classes: int, latent: int, width: int, bfloat16: bool = False) -> None:
        super().__init__()
        channels, height, wide = shape
        times = doublings(height, wide)
        maps = [width << i for i in reversed(range(times))]  # of 28 x 28 at width 64: 128, 64
        self.first = (maps[0], height >> times, wide >> times)
        self.low_precision = bfloat16
        self.n_classes = n_classes
        self.project = nn.Linear(latent + n_classes, maps[0] * self.first[1] * self.first[2], bias=False)
        layers: list[nn.Module] = [nn.BatchNorm2d(maps[0]), nn.ReLU()]
        for above, below in pairwise(maps):
            layers += [nn.ConvTranspose2d(above, below, 4, 2, 1, bias=False), nn.BatchNorm2d(below), nn.ReLU()]
        layers += [nn.ConvTranspose2d(maps[-1], channels, 4, 2, 1), nn.Tanh()]
        self.body = nn.Sequential(*layers)
        _initialise(self)

    def forward(self, noise: Tensor, classes: Tensor) -> Tensor:
        with torch.autocast(noise.device.type, torch.bfloat16, enabled=self.low_precision):
            condition = F.one_hot(classes, self.n_classes).to(noise)
            hidden = self.project(torch.cat([noise, condition], dim=1)).view(-1, *self.first)
            images: Tensor = self.body(hidden.contiguous(memory_format=torch.channels_last))
        return images.float()


class Discriminator(nn.Module):
    """Images (n, *shape) and class codes (n,) to the logit of being real, (n,).

    With the auxiliary head the logit does not see the class, and :meth:`classify` gives class logits as well.
    While training, what it sees is transformed by ``augment`` (``methods.nn.diffaugment``).
    """

    def __init__(
        self,
        shape: Shape,
        n_classes: int,
        width: int,
        head: Head = "projection",
        spectral: bool = False,
        augment: tuple[str, ...] = (),
        bfloat16: bool = False,
    ) -> None:
        super().__init__()
        channels, height, wide = shape
        times = doublings(height, wide)
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for below, above in pairwise(width << i for i in range(times)):
            layers += [nn.Conv2d(below, above, 4, 2, 1, bias=spectral)]
            layers += [nn.LeakyReLU(0.2)] if spectral else [nn.BatchNorm2d(above), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers, nn.Flatten())
        features = (width << (times - 1)) * (height >> times) * (wide >> times)
        self.real = nn.Linear(features, 1)
        self.project = nn.Embedding(n_classes, features) if head == "projection" else None
        self.auxiliary = nn.Linear(features, n_classes) if head == "auxiliary" else None
        self.augment = augment
        self.low_precision = bfloat16
        _initialise(self)
        if self.project is not None:
            nn.init.normal_(self.project.weight, 0.0, 0.02)
        if spectral:
            for module in [*self.body, self.real, self.project]:
                if isinstance(module, (nn.Conv2d, nn.Linear, nn.Embedding)):
                    spectral_norm(module)

    def forward(self, images: Tensor, classes: Tensor) -> Tensor:
        return self.classify(images, classes)[0]

    def classify(self, images: Tensor, classes: Tensor) -> tuple[Tensor, Tensor | None]:
        """Logits of being real (n,), and class logits (n, n_classes) where there is an auxiliary head."""
        if self.training:
            images = diffaugment(images, self.augment)
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.low_precision):
            features = self.body(images.contiguous(memory_format=torch.channels_last))
            real = self.real(features).squeeze(1)
            if self.project is not None:
                real = real + (self.project(classes) * features).sum(1)
            auxiliary = None if self.auxiliary is None else self.auxiliary(features).float()
        return real.float(), auxiliary


def _initialise(network: nn.Module) -> None:
    """DCGAN's: weights N(0, 0.02), batch norm's scale N(1, 0.02), biases 0."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.normal_(module.weight, 0.0, 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
            nn.init.zeros_(module.bias)
