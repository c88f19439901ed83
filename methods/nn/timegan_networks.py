"""The networks of TimeGAN, with static features and the class as further inputs, and its losses."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.nn.recurrent import RecurrentNet


def join(sequence: Tensor, *parts: Tensor) -> Tensor:
    """Join features: sequences (rows, steps, f) and vectors (rows, f), the same at every step."""
    turned = [sequence.permute(2, 1, 0)]
    for part in parts:
        turned.append(part.permute(2, 1, 0) if part.ndim == 3 else part.t()[:, None].expand(-1, sequence.shape[1], -1))
    return torch.cat(turned).permute(2, 1, 0)


def _dense(inputs: int, hidden: int, outputs: int, activation: nn.Module) -> nn.Sequential:
    layers = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)
    for layer in layers:
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(layers[0], nn.Tanh(), layers[1], activation)


class Networks(nn.Module):
    """The five networks, and four small ones if there are static features (equations 2 to 5 of the paper).

    x (rows, steps, channels) in [0, 1]; s (rows, statics); label (rows, classes) one-hot. Empty s and label have no
    columns. A static code ``hs`` is an input of the embedder, generator, supervisor and discriminator at every step;
    the label is one of the generator, supervisor and discriminator: what a code looks like is for the data to say.
    """

    def __init__(self, channels: int, statics: int, classes: int, hidden: int, layers: int, compiled: bool) -> None:
        super().__init__()
        code = hidden if statics else 0

        def recurrent(inputs: int, depth: int, outputs: int, activation: str = "sigmoid") -> RecurrentNet:
            return RecurrentNet(inputs, hidden, depth, outputs, activation, compiled)

        self.embedder = recurrent(channels + code, layers, hidden)
        self.recovery = recurrent(hidden, layers, channels)
        self.generator = recurrent(channels + code + classes, layers, hidden)
        self.supervisor = recurrent(hidden + code + classes, max(1, layers - 1), hidden)
        self.discriminator = recurrent(hidden + code + classes, layers, 1, "none")
        self.statics = statics
        if statics:
            self.static_embedder = _dense(statics, hidden, hidden, nn.Sigmoid())
            self.static_recovery = _dense(hidden, hidden, statics, nn.Sigmoid())
            self.static_generator = _dense(statics + classes, hidden, hidden, nn.Sigmoid())
            self.static_discriminator = _dense(hidden + classes, hidden, 1, nn.Identity())

    def parts(self, *names: str) -> list[nn.Parameter]:
        """Parameters of the named networks and of their static partners."""
        known = dict(self.named_children())
        found = [known[full] for name in names for full in (name, f"static_{name}") if full in known]
        return [p for net in found for p in net.parameters()]

    def embed(self, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """Codes of real rows: h (rows, steps, hidden), hs (rows, hidden or 0)."""
        hs = self.static_embedder(s) if self.statics else s
        return self.embedder(join(x, hs)), hs

    def recover(self, h: Tensor, hs: Tensor) -> tuple[Tensor, Tensor]:
        return self.recovery(h), self.static_recovery(hs) if self.statics else hs

    def supervise(self, h: Tensor, hs: Tensor, label: Tensor) -> Tensor:
        """The code expected one step later, for every step."""
        return self.supervisor(join(h, hs, label))  # type: ignore[no-any-return]

    def generate(self, z: Tensor, zs: Tensor, label: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Codes of synthetic rows: the generator's, those after the supervisor, and the static code."""
        hs = self.static_generator(torch.cat([zs, label], 1)) if self.statics else zs
        e = self.generator(join(z, hs, label))
        return e, self.supervise(e, hs, label), hs

    def judge(self, h: Tensor, hs: Tensor, label: Tensor) -> list[Tensor]:
        """Logits that rows are real: of every step, and of the static code if there is one."""
        logits = [self.discriminator(join(h, hs, label))]
        return logits + ([self.static_discriminator(torch.cat([hs, label], 1))] if self.statics else [])


def bce(logits: Iterable[Tensor], target: float) -> Tensor:
    """Sum of the mean binary cross-entropies of logits against one target."""
    return sum(
        (F.binary_cross_entropy_with_logits(y, torch.full_like(y, target)) for y in logits), start=torch.zeros(())
    )  # type: ignore[return-value]


def root_mse(pairs: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """Sum of root mean squares; parts without columns add nothing."""
    return sum((F.mse_loss(a, b).sqrt() for a, b in pairs if a.shape[-1]), start=torch.zeros(()))  # type: ignore[return-value]


def moments(synthetic: Tensor, real: Tensor, label: Tensor) -> Tensor:
    """Mean gap of the batch's standard deviations, plus that of its means, over steps and channels, within each class
    of ``label`` (rows, classes; no columns: all are of one), weighted by the classes' shares."""
    if not real.shape[-1]:
        return torch.zeros((), device=real.device)
    label = label if label.shape[1] else torch.ones(len(label), 1, device=real.device)
    share = (label / label.sum(0).clamp(min=1)).t()
    means = [torch.tensordot(share, rows, 1) for rows in (synthetic, real)]
    variances = [
        torch.tensordot(share, (rows - torch.tensordot(label, mean, 1)) ** 2, 1)
        for rows, mean in zip((synthetic, real), means, strict=True)
    ]
    deviations = [(variance + 1e-6).sqrt() for variance in variances]
    gap = (deviations[0] - deviations[1]).abs() + (means[0] - means[1]).abs()
    return (label.mean(0) * gap.flatten(1).mean(1)).sum()
