"""The augmenter behind ``gan``, ``cgan`` and ``wgan``: rows to vectors, networks trained, vectors back to rows.

Without conditions one pair of networks is trained for each class that is wanted; with them, one for all classes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Self, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.seeds import derive
from methods.nn.adversarial import Batches, Objective, OnStep, seeded, train
from methods.nn.averaging import Average
from methods.nn.encoding import LabelEncoder, RowEncoder, uniform_batches
from methods.nn.networks import Critic, Generator, MixedHead
from methods.nn.transforms import TransformName, transform

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

#: rows generated at once
CHUNK = 8192
#: at most so many rows are drawn for the monitor
WATCHED = 1000


class AdversarialAugmenter(Augmenter):
    """Base of the fully connected adversarial methods.

    Images and series are flattened; numbers of a table leave a linear output, pixels and series (scaled to [0, 1]) a
    sigmoid, categories one Gumbel-softmax each.

    Parameters
    ----------
    steps : generator steps, for each pair of networks.
    batch_size : packs (rows, without packing) that a critic sees at once.
    noise : width of the generator's input.
    generator, critic : widths of their hidden layers.
    learning_rate, betas : of the optimisers; RMSProp has no betas.
    activation : "relu", "leaky_relu" or "maxout"; ``critic_activation`` None means the same.
    batch_norm : in the generator.
    critic_steps : critic steps to one generator step.
    pac : rows that are judged together (PacGAN); 1 is no packing.
    temperature : of the Gumbel-softmax; two numbers mean annealed from the first to the second, geometrically.
    balanced : with conditions, draw every class equally often while training. The published code draws rows as they
        come; then a class of 0.17 % is in one batch of 128 out of five, and its rows are what is wanted. It leaves
        p(row | class), which is all that is sampled from, as it is.
    transform : how numeric columns of a table look to the networks: "none", "quantile" (normal scores, class by class)
        or "modes" (CTGAN's); see :mod:`methods.nn.transforms`.
    ema : decay of the average of the generator's weights that rows are drawn from; 0 draws from the last weights.
    """

    #: one pair of networks for all classes, with the label as input, or one pair for each class
    conditional: ClassVar[bool] = False

    steps: int
    batch_size: int
    noise: int
    generator: tuple[int, ...]
    critic: tuple[int, ...]
    learning_rate: float
    betas: tuple[float, float]
    activation: str
    critic_activation: str | None
    batch_norm: bool
    critic_steps: int
    pac: int
    temperature: float | tuple[float, float]
    balanced: bool
    device: str
    #: how numeric columns look to the networks, see :mod:`methods.nn.transforms`
    transform: TransformName = "none"
    #: decay of the average of the generator's weights that rows are drawn from, see :mod:`methods.nn.averaging`
    ema: float = 0.0

    @abstractmethod
    def _objective(self) -> Objective:
        """What the networks minimise."""

    @abstractmethod
    def _optimisers(self, generator: nn.Module, critic: nn.Module) -> tuple[Optimizer, Optimizer]:
        """How they do it."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Train on rows (n, *schema.shape) and labels (n,). Raises ``BenchError`` for options that make no sense."""
        self._check()
        self.schema_ = schema
        self.rows_ = transform(self.transform, schema, derive(self.random_state, "transform")).fit(X, y)
        X = self.rows_.transform(X, y)
        self.encoder_ = RowEncoder(self.rows_.schema)
        self.labels_ = LabelEncoder(schema.n_classes)
        self.present_ = tuple(int(c) for c in np.unique(y))
        self.generators_: dict[int | None, Generator] = {}
        if self.conditional:
            self.generators_[None] = self._train(X, y, derive(self.random_state, "fit"), None)
            return self
        for cls in self.present_:
            if self.wanted is None or cls in self.wanted:
                of_class = y == cls
                seed = derive(self.random_state, "fit", cls)
                self.generators_[cls] = self._train(X[of_class], y[of_class], seed, cls)
        return self

    def sample(self, labels: Labels) -> Array:
        """One row per label, (len(labels), *schema.shape), float64 of a table, else float32. Raises ``BenchError`` for
        a class not learnt."""
        labels = np.asarray(labels, dtype=np.int64)
        kind = np.float64 if self.schema_.modality == "tabular" else np.float32
        rows = np.empty((len(labels), *self.schema_.shape), dtype=kind)
        for cls in np.unique(labels).tolist():
            key = None if self.conditional else cls
            if cls not in self.present_ or key not in self.generators_:
                why = "is not among the classes that were wanted" if cls in self.present_ else "has no training rows"
                raise BenchError(f"class {self.schema_.classes[cls]!r} {why}")
            where = np.flatnonzero(labels == cls)
            rows[where] = self._draw(self.generators_[key], labels[where], derive(self.random_state, "sample", cls))
        return rows

    def _check(self) -> None:
        for name in ("steps", "batch_size", "noise", "critic_steps", "pac"):
            if getattr(self, name) < 1:
                raise BenchError(f"{type(self).__name__}: {name} must be at least 1, not {getattr(self, name)}")
        for name in ("generator", "critic"):
            widths = getattr(self, name)
            if not len(widths):
                raise BenchError(f"{type(self).__name__}: {name} needs at least one hidden layer")
            if min(widths) < 1:
                raise BenchError(f"{type(self).__name__}: {name} needs layers at least 1 wide, not {list(widths)}")
        if not self.learning_rate > 0:
            raise BenchError(f"{type(self).__name__}: learning_rate must be above 0, not {self.learning_rate}")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise BenchError(f"{type(self).__name__}: betas must lie in 0 to 1, 1 excluded, not {list(self.betas)}")
        if self.batch_norm and self.batch_size * self.pac < 2:
            raise BenchError(f"{type(self).__name__}: batch_norm needs batch_size of at least 2")
        self._temperatures()

    def _train(self, X: Array, y: Labels, seed: int, cls: int | None) -> Generator:
        encoder = self.encoder_
        condition = self.labels_.width if self.conditional else 0
        with seeded(seed):
            first, last = self._temperatures()
            bounded = self.schema_.modality != "tabular"
            head = MixedHead(self.generator[-1], encoder.n_numeric, encoder.sizes, bounded, first)
            generator = Generator(self.noise, condition, self.generator, head, self.activation, self.batch_norm)
            critic_activation = self.critic_activation or self.activation
            critic = Critic(encoder.width, condition, self.critic, critic_activation, self.pac)
            generator.to(self.device)
            critic.to(self.device)
            average = Average(generator, self.ema)
            drawn = cast(Generator, average.module)
            train(
                generator,
                critic,
                self._objective(),
                self._batches(X, y),
                self._optimisers(generator, critic),
                steps=self.steps,
                noise=self.noise,
                critic_steps=self.critic_steps,
                on_step=average.following(self._watch(generator, drawn, y, cls, seed, last / first)),
            )
        return drawn.eval()

    def _temperatures(self) -> tuple[float, float]:
        first, last = (
            (self.temperature, self.temperature) if isinstance(self.temperature, float | int) else self.temperature
        )
        if not (first > 0 and last > 0):
            raise BenchError(f"{type(self).__name__}: temperature must be positive, not {self.temperature}")
        return float(first), float(last)

    def _batches(self, X: Array, y: Labels) -> Batches:
        """Batches drawn with replacement from rows that stay on the device."""
        numbers, codes = self.encoder_.compact(X, self.device)
        n, size = len(X), self.batch_size * self.pac
        labels = torch.from_numpy(y).to(self.device)
        order, starts, counts = (torch.from_numpy(part).to(self.device) for part in uniform_batches(y))

        def pick() -> Tensor:
            if not (self.conditional and self.balanced):
                return torch.randint(n, (size,), device=self.device)
            classes = torch.randint(len(counts), (size,), device=self.device)
            within = (torch.rand(size, device=self.device, dtype=torch.float64) * counts[classes]).long()
            return order[starts[classes] + within]

        def draw() -> tuple[Tensor, Tensor | None]:
            picked = pick()
            rows = self.encoder_.expand(numbers[picked], codes[picked])
            return rows, self.labels_(labels[picked]) if self.conditional else None

        return draw

    def _watch(
        self, generator: Generator, drawn: Generator, y: Labels, cls: int | None, seed: int, cooling: float
    ) -> OnStep | None:
        """What happens after a step: the temperature falls, the monitor is told. ``drawn`` is what rows come from: the
        average of the generator, or the generator."""
        monitor, first = self.monitor, generator.head.temperature
        if monitor is None and cooling == 1:
            return None
        part = "" if cls is None else self.schema_.classes[cls]
        shown = [c for c in np.unique(y) if self.wanted is None or c in self.wanted]
        watched = np.repeat(np.array(shown, dtype=np.int64), max(1, WATCHED // max(1, len(shown))))  # rare ones too

        def on_step(step: int, losses: Mapping[str, Tensor]) -> None:
            if cooling != 1:
                generator.head.temperature = drawn.head.temperature = first * cooling ** (step / self.steps)
            if monitor is None or not monitor.wants(step, self.steps):
                return

            def draw() -> tuple[Array, Labels]:
                rows = self._draw(drawn, watched, derive(seed, "watch", step))
                generator.train()
                return rows, watched

            with seeded(seed):  # whatever the monitor does with torch, training goes on as if it had not
                monitor.record(step, {key: float(value) for key, value in losses.items()}, draw, part)

        return on_step

    @torch.no_grad()
    def _draw(self, generator: Generator, labels: Labels, seed: int) -> Array:
        generator.eval()
        rows = []
        with seeded(seed):
            for start in range(0, len(labels), CHUNK):
                some = torch.from_numpy(labels[start : start + CHUNK]).to(self.device)
                noise = torch.randn(len(some), self.noise, device=self.device)
                vectors = generator(noise, self.labels_(some) if self.conditional else None)
                rows.append(self.encoder_.decode(vectors))
        return self.rows_.inverse(np.concatenate(rows), labels)
