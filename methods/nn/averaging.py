"""An exponential moving average of a generator's weights, which is what rows are drawn from.

Adversarial training circles around its equilibrium; the average of its path lies nearer (Yazici et al. 2019, "The
unusual effectiveness of averaging in GAN training"). Buffers (batch statistics) are averaged too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bench.errors import BenchError
from methods.nn.adversarial import OnStep


class Average:
    """The average of a network along its training; without a ``decay`` (0) it is the network itself.

    ``decay`` : share of the average that a step keeps, 0 to below 1. It grows from 0 as ``(1 + t) / (10 + t)``, so that
    a short training does not average its first random weights.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        if not 0 <= decay < 1:
            raise BenchError(f"ema must lie in 0 (none) to 1, 1 excluded, not {decay}")
        self.network, self.decay = network, decay
        self._average = AveragedModel(network, use_buffers=True) if decay else None

    @property
    def module(self) -> nn.Module:
        """What to draw from."""
        return self.network if self._average is None else cast(nn.Module, self._average.module)

    def following(self, then: OnStep | None) -> OnStep | None:
        """What to do after a step: bring the average up to date, then ``then``."""
        average = self._average
        if average is None:
            return then

        def on_step(step: int, losses: Mapping[str, Tensor]) -> None:
            average.multi_avg_fn = get_ema_multi_avg_fn(min(self.decay, (1 + step) / (10 + step)))
            average.update_parameters(self.network)
            if then is not None:
                then(step, losses)

        return on_step
