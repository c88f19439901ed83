"""The recurrence of a GRU layer as two compiled functions, for CPUs.

``torch.nn.GRU`` spends most of its time on a CPU between small operations. Here the whole sequence of a layer is one
call; products that do not depend on the recurrence (of the inputs, of the weights' gradients) stay with torch, where
they are one large matrix product each. numba serves as the compiler: its loops walk time, hidden units and blocks of
rows, and the innermost work is written as LLVM vectors of ``LANES`` rows, which LLVM fits to the machine's own width.

``bench.nn.vectors`` writes the vectors; here are the cell, and the loops over steps, units and blocks of rows.

Everything is float32 and laid out ``(feature, step, row)``; the number of rows is a multiple of ``LANES``. Functions
take addresses (``Tensor.data_ptr()``), so the caller answers for contiguity and lifetime. Each call has its own
scratch memory and the functions release the GIL: they may run in several threads. No floating-point flag but
contraction (fused multiply-add) is set, so NaN and infinity come out as they would in torch.

Equations (PyTorch's, with the reset gate after the product):

    r = s(g_r + W_r h + b_r)    z = s(g_z + W_z h + b_z)    q = W_n h + b_n    n = tanh(g_n + r q)
    h' = n + z (h - n)

where ``g = W_ih x + b_ih`` arrives computed.

numba notices that a cached function is out of date by this file alone, and its code comes from ``vectors`` too: the
checksum below makes a change there a change here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import njit

from bench.nn.vectors import BLOCK, TILE, Vec, _elementwise, _product, pinned

#: the checksum of vectors.py
_PINNED = pinned("94ab1633744ac9c4")


def _cell(a_r: Vec, a_z: Vec, q: Vec, g_r: Vec, g_z: Vec, g_n: Vec, h: Vec) -> Sequence[Vec]:
    r, z = (a_r + g_r).sigmoid(), (a_z + g_z).sigmoid()
    n = (g_n + r * q).tanh()
    new = n + z * (h - n)
    return new, new, r, z, n, q


def _cell_backward(d_out: Vec, carry: Vec, through: Vec, r: Vec, z: Vec, n: Vec, q: Vec, h: Vec) -> Sequence[Vec]:
    """``through`` is what came back through the products, ``carry`` what came along z; gradients of pre-activations."""
    d = d_out + carry + through
    d_z = d * (h - n) * z * (1.0 - z)
    d_n = d * (1.0 - z) * (1.0 - n * n)
    d_q = d_n * r
    d_r = d_n * q * r * (1.0 - r)
    return d * z, d_n, d_r, d_z, d_q, d_r, d_z, d_q


_step = _elementwise(_cell, 7)
_step_backward = _elementwise(_cell_backward, 8)
_product_tile, _product_one = _product(TILE), _product(1)


def _compiled(function: Callable[..., Any]) -> Any:
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return njit(**options)(function)


@njit(inline="always")
def _address(array: Any) -> int:
    # an address is unsigned, and numba makes an unsigned plus a signed integer a float
    return np.int64(array.ctypes.data)  # type: ignore[return-value]


@_compiled
def _apply(w: int, b: int, x: int, y: int, outputs: int, inputs: int, rows: int) -> None:
    tiles = outputs // TILE
    for i in range(tiles):
        skip = i * TILE
        _product_tile(w + 4 * skip * inputs, b + 4 * skip, x, y + 4 * skip * BLOCK, inputs, rows)
    for i in range(tiles * TILE, outputs):
        _product_one(w + 4 * i * inputs, b + 4 * i, x, y + 4 * i * BLOCK, inputs, rows)


@_compiled
def forward(g: int, w: int, b: int, out: int, gates: int, hidden: int, steps: int, rows: int, keep: bool) -> None:
    """Run one layer. g (3 hidden, steps, rows) in, out (hidden, steps, rows), gates (4 hidden, steps, rows) of r, z, n,
    q for ``backward``; without ``keep`` they are not written. w (3 hidden, hidden) and b (3 hidden,) are row-major."""
    products = np.empty(3 * hidden * BLOCK, np.float32)
    states = np.empty(2 * hidden * BLOCK, np.float32)
    spare = np.empty(4 * BLOCK, np.float32)
    acc, state, unused = _address(products), _address(states), _address(spare)
    plane, block_bytes = 4 * steps * rows, 4 * BLOCK
    for first in range(0, rows, BLOCK):
        n = min(BLOCK, rows - first)
        states[:] = np.float32(0)
        for t in range(steps):
            old = state + (t % 2) * hidden * block_bytes
            new = state + ((t + 1) % 2) * hidden * block_bytes
            _apply(w, b, old, acc, 3 * hidden, hidden, n)
            here = 4 * (t * rows + first)
            for j in range(hidden):
                at = here + j * plane
                skip = hidden * plane
                a = acc + j * block_bytes
                if keep:
                    r, z, m, q = gates + at, gates + skip + at, gates + 2 * skip + at, gates + 3 * skip + at
                else:
                    r, z, m, q = unused, unused + block_bytes, unused + 2 * block_bytes, unused + 3 * block_bytes
                _step(
                    (
                        a,
                        a + hidden * block_bytes,
                        a + 2 * hidden * block_bytes,
                        g + at,
                        g + skip + at,
                        g + 2 * skip + at,
                        old + j * block_bytes,
                        new + j * block_bytes,
                        out + at,
                        r,
                        z,
                        m,
                        q,
                    ),
                    n,
                )


@_compiled
def backward(d_out: int, w_t: int, out: int, gates: int, d: int, hidden: int, steps: int, rows: int) -> None:
    """Gradients of one layer's pre-activations. d (4 hidden, steps, rows) receives those of n, r, z, q in this order,
    so that the first three belong to W_ih and the last three to W_hh. w_t (hidden, 3 hidden) is W_hh transposed."""
    carries = np.empty(hidden * BLOCK, np.float32)
    throughs = np.empty(hidden * BLOCK, np.float32)
    recurrent = np.empty(3 * hidden * BLOCK, np.float32)
    zeros = np.zeros(max(hidden, BLOCK), np.float32)
    carry, through, rec, nothing = _address(carries), _address(throughs), _address(recurrent), _address(zeros)
    plane, block_bytes = 4 * steps * rows, 4 * BLOCK
    skip = hidden * plane
    for first in range(0, rows, BLOCK):
        n = min(BLOCK, rows - first)
        carries[:] = np.float32(0)
        throughs[:] = np.float32(0)
        for back in range(steps):
            t = steps - 1 - back
            here = 4 * (t * rows + first)
            for j in range(hidden):
                at = here + j * plane
                before = nothing if t == 0 else out + at - 4 * rows
                own = j * block_bytes
                _step_backward(
                    (
                        d_out + at,
                        carry + own,
                        through + own,
                        gates + at,
                        gates + skip + at,
                        gates + 2 * skip + at,
                        gates + 3 * skip + at,
                        before,
                        carry + own,
                        d + at,
                        d + skip + at,
                        d + 2 * skip + at,
                        d + 3 * skip + at,
                        rec + own,
                        rec + hidden * block_bytes + own,
                        rec + 2 * hidden * block_bytes + own,
                    ),
                    n,
                )
            if t > 0:
                _apply(w_t, nothing, rec, through, hidden, 3 * hidden, n)
