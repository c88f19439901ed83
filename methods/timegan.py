"""TimeGAN: a GAN in the latent space of an autoencoder of series, taught to step forward in time.

Yoon, Jarrett and van der Schaar, "Time-series Generative Adversarial Networks", NeurIPS 2019; sizes, losses and the
order of the steps as in the authors' code of April 2020.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from numbers import Integral
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from bench.augmenter import Augmenter
from bench.errors import BenchError, Unsuitable
from bench.nn.recurrent import RecurrentNet, resolve_kernel
from bench.registry import Training, method
from bench.seeds import derive
from methods.nn.timegan_networks import Networks, bce, moments, root_mse

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


@method(
    "timegan",
    modalities=("series",),
    unfit=("categorical",),
    published=Training("steps", 50_000, "Yoon et al. 2019, the authors' code: 50,000 batches in each of three phases"),
    summary="TimeGAN: adversarial, supervised and reconstructed series",
)
class TimeGAN(Augmenter):
    """TimeGAN (Yoon et al. 2019), conditional on the class.

    Three phases of ``steps`` batches: the autoencoder (10 root MSE); the supervisor, which learns the code of the next
    step (MSE); then all jointly: generator and supervisor (adversarial + ``gamma`` adversarial on the generator's own
    codes + 100 root supervised + 100 moments) and autoencoder (10 root MSE + 0.1 supervised) twice for every step of
    the discriminator, which is skipped while its loss is below ``threshold``.

    Beyond the authors' code, both from the paper: channels that the schema marks ``static`` have their own embedding
    and are drawn constant over the steps; and the class, as a one-hot vector at every step, is an input of generator,
    supervisor and discriminator. Moments are compared within each class: over the whole batch, the spread between the
    classes could make up for classes that have each shrunk to one window. Rows with one class only are learnt as
    published.

    Drawn steps weigh 1 + ``gamma`` times as much as real ones, so a discriminator that cannot tell calls a step real
    with probability 1 / (2 + ``gamma``). The monitor's ``d_real`` and ``d_synthetic`` are the losses at equal weights:
    log 2 each where it cannot tell (twice that with static features).

    Parameters
    ----------
    steps : batches of the joint phase, and of each of the two before it unless ``pretrain_steps`` is given (0: none).
    hidden, layers : units and GRU layers of each network; the supervisor has one layer fewer.
    learning_rate : Adam's, of every network (its other settings are the defaults).
    balanced : show the classes equally often in training; False shows them as often as they are. One class has none
        of this: its batches are drawn without replacement, as published.
    shift : compare the supervisor's output with the *next* step's code. False reproduces ydata-synthetic (and what was
        built on it), which compares it with the same step's.
    kernel : ``"auto"`` (compiled GRU on a CPU where numba is installed), ``"numba"`` or ``"torch"``.

    Rows are to lie in [0, 1]; synthetic ones do. Raises ``BenchError`` for numbers that make no sense, for categorical
    channels, and for static ones alone.
    """

    def __init__(
        self,
        steps: int = 50_000,
        pretrain_steps: int | None = None,
        hidden: int = 24,
        layers: int = 3,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        gamma: float = 1.0,
        threshold: float = 0.15,
        balanced: bool = True,
        shift: bool = True,
        kernel: Literal["auto", "numba", "torch"] = "auto",
        device: str = "cpu",
        random_state: int = 0,
    ) -> None:
        super().__init__(random_state)
        self.steps = steps
        self.pretrain_steps = pretrain_steps
        self.hidden = hidden
        self.layers = layers
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.gamma = gamma
        self.threshold = threshold
        self.balanced = balanced
        self.shift = shift
        self.kernel = kernel
        self.device = device

    def warm_up(self) -> None:
        """Compile the GRU kernel (a second or three, once a machine) on made-up rows, so that no fit pays for it."""
        if resolve_kernel(self.kernel, self.device):
            RecurrentNet(1, 1, 1, 1, compiled=True)(torch.zeros(1, 2, 1)).sum().backward()

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        self._check()
        self._read_schema(schema, y)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(self.random_state, "weights"))
            self.networks_ = Networks(
                len(self.dynamic_), len(self.static_), self.n_labels_, self.hidden, self.layers,
                resolve_kernel(self.kernel, self.device),
            ).to(self.device)  # fmt: skip
        rows = torch.as_tensor(np.ascontiguousarray(X), dtype=torch.float32).to(self.device)
        data = (rows[..., self.dynamic_], rows[:, 0, self.static_], self._one_hot(y))
        draws = torch.Generator().manual_seed(derive(self.random_state, "batches"))
        self._labels = y
        self._pretrain(data, draws)
        self._joint(data, draws)
        return self

    def sample(self, labels: Labels) -> Array:
        unseen = sorted(set(np.unique(labels).tolist()) - set(self.classes_))
        if unseen:
            raise BenchError(f"timegan saw no training rows of class {unseen[0]}, so it can draw none")
        return self._draw(labels, torch.Generator().manual_seed(derive(self.random_state, "sample")))

    def _check(self) -> None:
        counts = {"steps": 1, "hidden": 1, "layers": 1, "batch_size": 1}
        if self.pretrain_steps is not None:
            counts["pretrain_steps"] = 0
        for name, least in counts.items():
            value = getattr(self, name)
            if not isinstance(value, Integral) or value < least:
                raise BenchError(f"timegan: {name} must be a whole number of at least {least}, not {value}")
        if not self.learning_rate > 0:
            raise BenchError(f"timegan: learning_rate must be more than 0, not {self.learning_rate}")
        if not self.gamma >= 0:
            raise BenchError(f"timegan: gamma must not be negative, not {self.gamma}")

    # what a row is ---------------------------------------------------------------------------------------------

    def _read_schema(self, schema: Schema, y: Labels) -> None:
        if schema.modality != "series":
            raise BenchError(f"timegan draws series, not {schema.modality} rows")
        if schema.categorical:
            raise Unsuitable(
                f"timegan draws numbers; channel {schema.columns[schema.categorical[0]].name!r} is categorical"
            )
        self.shape_ = schema.shape
        self.static_ = [i for i, column in enumerate(schema.columns) if column.static]
        self.dynamic_ = [i for i in range(schema.shape[1]) if i not in self.static_]
        if not self.dynamic_:
            raise BenchError("timegan needs a channel that changes over the steps; all are static")
        self.classes_ = np.unique(y).tolist()
        self.n_labels_ = len(self.classes_) if len(self.classes_) > 1 else 0

    def _one_hot(self, y: Labels) -> Tensor:
        codes = torch.as_tensor(np.searchsorted(self.classes_, y))
        return F.one_hot(codes, len(self.classes_))[:, : self.n_labels_].float().to(self.device)

    def _noise(self, rows: int, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        """Uniform noise: (rows, steps, dynamic channels) and (rows, static channels)."""
        z = torch.rand(len(self.dynamic_), self.shape_[0], rows, generator=draws).to(self.device)
        return z.permute(2, 1, 0), torch.rand(rows, len(self.static_), generator=draws).to(self.device)

    @torch.no_grad()
    def _draw(self, labels: Labels, draws: torch.Generator) -> Array:
        out = np.empty((len(labels), *self.shape_), np.float32)
        for first in range(0, len(labels), 2048):
            some = labels[first : first + 2048]
            _, h, hs = self.networks_.generate(*self._noise(len(some), draws), self._one_hot(some))
            x, s = self.networks_.recover(h, hs)
            out[first : first + 2048, :, self.dynamic_] = x.cpu().numpy()
            out[first : first + 2048, :, self.static_] = s.cpu().numpy()[:, None]
        return out

    # training --------------------------------------------------------------------------------------------------

    def _adam(self, *names: str) -> torch.optim.Adam:
        return torch.optim.Adam(self.networks_.parts(*names), lr=self.learning_rate, fused=True)

    def _batches(self, data: tuple[Tensor, ...], draws: torch.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Endless batches (x, s, label): rows drawn without replacement, or classes evenly and then their rows."""
        x, s, label = data
        weights = (label / label.sum(0)).sum(1).cpu() if self.balanced and self.n_labels_ else None
        while True:
            if weights is None:
                chosen = torch.randperm(len(x), generator=draws)[: self.batch_size]
            else:
                chosen = torch.multinomial(weights, self.batch_size, replacement=True, generator=draws)
            chosen = chosen.to(self.device)
            yield x[chosen], s[chosen], label[chosen]

    def _only(self, *names: str) -> None:
        """Let gradients reach the weights of the named networks alone; the others cost less that way."""
        wanted = {id(p) for p in self.networks_.parts(*names)}
        for p in self.networks_.parameters():
            p.requires_grad_(id(p) in wanted)

    def _supervised(self, h: Tensor, hs: Tensor, label: Tensor) -> Tensor:
        expected = self.networks_.supervise(h, hs, label)
        return F.mse_loss(expected[:, :-1] if self.shift else expected[:, 1:], h[:, 1:])

    def _report(self, part: str, step: int, total: int, **losses: Tensor) -> None:
        if self.monitor is None or not self.monitor.wants(step, total):
            return

        def draw() -> tuple[Array, Labels]:
            seed = derive(self.random_state, "monitor", part, step)
            labels = np.random.default_rng(seed).permutation(self._labels)[:1000]
            return self._draw(labels, torch.Generator().manual_seed(seed)), labels

        values = {name: float(value.detach()) for name, value in losses.items()}
        self.monitor.record(step, values, draw if part == "joint" else None, part)  # before it no generator is trained

    def _pretrain(self, data: tuple[Tensor, ...], draws: torch.Generator) -> None:
        nets, batches = self.networks_, self._batches(data, draws)
        total = self.steps if self.pretrain_steps is None else self.pretrain_steps
        self._only("embedder", "recovery")
        adam = self._adam("embedder", "recovery")
        for step in range(1, total + 1):
            x, s, _ = next(batches)
            reconstruction = root_mse(zip(nets.recover(*nets.embed(x, s)), (x, s), strict=True))
            _descend(adam, 10 * reconstruction)
            self._report("embed", step, total, reconstruction=reconstruction)
        self._only("supervisor")
        adam = self._adam("supervisor")
        for step in range(1, total + 1):
            x, s, label = next(batches)
            supervised = self._supervised(*nets.embed(x, s), label)
            _descend(adam, supervised)
            self._report("supervise", step, total, supervised=supervised)

    def _joint(self, data: tuple[Tensor, ...], draws: torch.Generator) -> None:
        nets, batches = self.networks_, self._batches(data, draws)
        adam_g, adam_e = self._adam("generator", "supervisor"), self._adam("embedder", "recovery")
        adam_d = self._adam("discriminator")
        for step in range(1, self.steps + 1):
            for _ in range(2):
                x, s, label = next(batches)
                self._only("embedder", "recovery")
                h, hs = nets.embed(x, s)
                # generator and supervisor; the codes of real rows are fixed for them
                self._only("generator", "supervisor")
                e, h_hat, hs_hat = nets.generate(*self._noise(len(x), draws), label)
                supervised = self._supervised(h.detach(), hs.detach(), label)
                x_hat, s_hat = nets.recover(h_hat, hs_hat)
                moment = moments(x_hat, x, label) + moments(s_hat, s, label)
                synthetic, own = self._judge_synthetic(h_hat, e, hs_hat, label)
                adversarial = bce(synthetic, 1.0) + self.gamma * bce(own, 1.0)
                _descend(adam_g, adversarial + 100 * supervised.sqrt() + 100 * moment)
                # autoencoder, against the supervisor as it now is
                self._only("embedder", "recovery")
                reconstruction = root_mse(zip(nets.recover(h, hs), (x, s), strict=True))
                _descend(adam_e, 10 * reconstruction + 0.1 * self._supervised(h, hs, label))
            x, s, label = next(batches)
            with torch.no_grad():
                h, hs = nets.embed(x, s)
                e, h_hat, hs_hat = nets.generate(*self._noise(len(x), draws), label)
            self._only("discriminator")
            real = nets.judge(h, hs, label)
            synthetic, own = self._judge_synthetic(h_hat, e, hs_hat, label)
            loss = bce(real, 1.0) + bce(synthetic, 0.0) + self.gamma * bce(own, 0.0)
            if float(loss.detach()) > self.threshold:
                _descend(adam_d, loss)
            d_real, d_synthetic = self._at_equal_weights(real, synthetic, own)
            self._report(
                "joint", step, self.steps, g=adversarial, d_real=d_real, d_synthetic=d_synthetic,
                supervised=supervised, moments=moment, reconstruction=reconstruction,
            )  # fmt: skip
        for p in nets.parameters():
            p.requires_grad_(False)

    def _judge_synthetic(self, h: Tensor, e: Tensor, hs: Tensor, label: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Logits of the codes after the supervisor (and of the static code), and of the generator's own steps."""
        steps, *static = self.networks_.judge(
            torch.cat([h.permute(2, 1, 0), e.permute(2, 1, 0)], 2).permute(2, 1, 0),
            torch.cat([hs, hs]),
            torch.cat([label, label]),
        )
        n = len(h)
        return [steps[:n], *(y[:n] for y in static)], [steps[n:]]

    @torch.no_grad()
    def _at_equal_weights(
        self, real: list[Tensor], synthetic: list[Tensor], own: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """The discriminator's losses on real and on drawn codes as if both weighed the same."""
        shift = math.log1p(self.gamma)
        both = bce([synthetic[0] + shift], 0.0) + self.gamma * bce([own[0] + shift], 0.0)
        d_real = bce([real[0] + shift, *real[1:]], 1.0)
        return d_real, both / (1 + self.gamma) + bce(synthetic[1:], 0.0)


def _descend(adam: torch.optim.Adam, loss: Tensor) -> None:
    adam.zero_grad(set_to_none=True)
    loss.backward()
    adam.step()
