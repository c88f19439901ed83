"""Recurrent networks: a stack of GRU layers with a dense head on every step.

On a CPU the stack runs on the compiled kernel of ``bench.nn.gru_kernel`` (about three times as fast as
``torch.nn.GRU`` at the sizes of TimeGAN); on accelerators, and where numba is missing, on ``torch.nn.GRU``. Both read
the same parameters and give the same numbers to float32 rounding.
"""

from __future__ import annotations

import math
import threading
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from bench.errors import BenchError

Kernel = Literal["auto", "numba", "torch"]


def numba_missing() -> str | None:
    """Why the compiled kernel cannot be used here, or None."""
    try:
        import numba  # noqa: F401
    except ImportError as error:
        return str(error)
    return None


def resolve_kernel(kernel: str, device: str) -> bool:
    """Whether to run on the compiled kernel. ``auto``: on a CPU, where numba is installed.

    Raises ``BenchError`` for an unknown name, and for ``numba`` where it cannot be.
    """
    if kernel not in ("auto", "numba", "torch"):
        raise BenchError(f"unknown GRU kernel {kernel!r}; known: auto, numba, torch")
    on_cpu = torch.device(device).type == "cpu"
    if kernel == "numba":
        why = numba_missing() if on_cpu else f"it runs on a CPU, not on {device!r}"
        if why:
            raise BenchError(f"GRU kernel 'numba' cannot be used: {why}; set kernel='torch'")
        return True
    return kernel == "auto" and on_cpu and numba_missing() is None


_local = threading.local()


def _scratch(name: str, *shape: int) -> Tensor:
    """A float32 array that is kept for the next call of this thread: fresh pages would cost as much as the products."""
    size = math.prod(shape)
    kept: Tensor | None = getattr(_local, name, None)
    if kept is None or kept.numel() < size:
        kept = torch.empty(size)
        setattr(_local, name, kept)
    return kept[:size].view(shape)


class _GRUStack(torch.autograd.Function):
    """Several GRU layers on ``x (features, steps, rows)``; weights as ``nn.GRU`` orders them, four a layer.

    The rows are a multiple of the kernel's lanes. Cannot be differentiated twice.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, *weights: Tensor) -> Tensor:
        from bench.nn import gru_kernel

        keep = any(ctx.needs_input_grad)
        saved = []
        for i in range(0, len(weights), 4):
            w_ih, w_hh, b_ih, b_hh = (w.contiguous() for w in weights[i : i + 4])
            x = x.contiguous()
            hidden, (_, steps, rows) = w_hh.shape[1], x.shape
            g = _scratch("inputs", 3 * hidden, steps * rows)
            torch.addmm(b_ih[:, None], w_ih, x.flatten(1), out=g)
            out = x.new_empty(hidden, steps, rows)
            gates = x.new_empty(4 * hidden, steps, rows) if keep else out
            gru_kernel.forward(
                g.data_ptr(),
                w_hh.data_ptr(),
                b_hh.data_ptr(),
                out.data_ptr(),
                gates.data_ptr(),
                hidden,
                steps,
                rows,
                keep,
            )
            if keep:
                saved += [x, w_ih, w_hh, gates]
            x = out
        ctx.save_for_backward(*saved, x)
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_out: Tensor) -> tuple[Tensor | None, ...]:
        from bench.nn import gru_kernel

        *saved, out = ctx.saved_tensors
        d_x: Tensor | None = None
        d_weights: list[Tensor | None] = []
        for i in range(len(saved) - 4, -1, -4):
            x, w_ih, w_hh, gates = saved[i : i + 4]
            hidden, steps, rows = out.shape
            d_out = d_out.contiguous()
            d, w_t = _scratch("gradients", *gates.shape), w_hh.t().contiguous()
            gru_kernel.backward(
                d_out.data_ptr(), w_t.data_ptr(), out.data_ptr(), gates.data_ptr(), d.data_ptr(), hidden, steps, rows
            )
            flat, turned = d.flatten(1), _rotate(w_ih, hidden)
            layer: list[Tensor | None] = [None] * 4
            wanted = ctx.needs_input_grad[1 + i : 5 + i]
            if any(wanted):
                d_ih, d_hh = flat[: 3 * hidden], flat[hidden:]
                layer[0] = _rotate(d_ih @ x.flatten(1).t(), -hidden)
                # the state before the first step is zero, so that step adds nothing
                layer[1] = d_hh[:, rows:] @ out.flatten(1)[:, :-rows].t()
                layer[2] = _rotate(d_ih.sum(1), -hidden)
                layer[3] = d_hh.sum(1)
            d_weights = [*(g if w else None for g, w in zip(layer, wanted, strict=True)), *d_weights]
            if i == 0 and not ctx.needs_input_grad[0]:
                d_x = None
            else:
                d_out = d_x = (turned.t() @ flat[: 3 * hidden]).view_as(x)
            out = x
        return d_x, *d_weights


def _rotate(rows: Tensor, hidden: int) -> Tensor:
    """Turn the order r, z, n of a layer's rows into n, r, z (``hidden`` positive) or back (negative)."""
    return torch.roll(rows, hidden, 0)


def gru(x: Tensor, layers: nn.GRU) -> Tensor:
    """The outputs of ``layers`` (batch first, no dropout, one direction) on the compiled kernel.

    x (rows, steps, features) float32 on the CPU; returns (rows, steps, hidden), laid out in memory so that the next
    stack takes it without a copy.
    """
    from bench.nn.vectors import LANES

    rows = x.shape[0]
    turned = x.permute(2, 1, 0)
    if rows % LANES:
        turned = F.pad(turned, (0, -rows % LANES))
    out = _GRUStack.apply(turned, *(w for layer in layers.all_weights for w in layer))
    return out[..., :rows].permute(2, 1, 0)  # type: ignore[no-any-return]


class RecurrentNet(nn.Module):
    """GRU layers, then the same dense layer on every step.

    Parameters
    ----------
    inputs, hidden, layers, outputs : sizes.
    activation : on the outputs, ``"sigmoid"`` or ``"none"``.
    compiled : run on the compiled kernel (CPU, float32).

    Weights start as in TensorFlow 1, in which the original TimeGAN was trained: Glorot uniform (a GRU's two gates as
    one matrix over input and state together, its candidate as another), biases 0 and those of the gates 1.
    """

    def __init__(
        self, inputs: int, hidden: int, layers: int, outputs: int, activation: str = "sigmoid", compiled: bool = False
    ) -> None:
        super().__init__()
        self.gru = nn.GRU(inputs, hidden, layers, batch_first=True)
        self.head = nn.Linear(hidden, outputs)
        self.activation = activation
        self.compiled = compiled
        for w_ih, w_hh, b_ih, b_hh in self.gru.all_weights:
            features = w_ih.shape[1] + hidden
            for part, fan_out in ((slice(0, 2 * hidden), 2 * hidden), (slice(2 * hidden, None), hidden)):
                bound = math.sqrt(6.0 / (features + fan_out))
                nn.init.uniform_(w_ih.data[part], -bound, bound)
                nn.init.uniform_(w_hh.data[part], -bound, bound)
            nn.init.zeros_(b_ih)
            nn.init.zeros_(b_hh)
            nn.init.ones_(b_ih.data[: 2 * hidden])
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def hidden(self, x: Tensor) -> Tensor:
        """The last layer's state at every step: (rows, steps, features) to (rows, steps, hidden)."""
        if self.compiled:
            return gru(x, self.gru)
        return self.gru(x)[0]  # type: ignore[no-any-return]

    def forward(self, x: Tensor) -> Tensor:
        """(rows, steps, inputs) to (rows, steps, outputs)."""
        h = self.hidden(x)
        if self.compiled:  # one product over the layout the kernel leaves, with no copy
            turned = h.permute(2, 1, 0)
            flat = torch.addmm(self.head.bias[:, None], self.head.weight, turned.flatten(1))
            y = flat.view(-1, *turned.shape[1:])
        else:
            y = self.head(h)
        y = torch.sigmoid(y) if self.activation == "sigmoid" else y
        return y.permute(2, 1, 0) if self.compiled else y
