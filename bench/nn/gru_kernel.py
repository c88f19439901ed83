"""The recurrence of a GRU layer as two compiled functions, for CPUs.

``torch.nn.GRU`` spends most of its time on a CPU between small operations. Here the whole sequence of a layer is one
call; products that do not depend on the recurrence (of the inputs, of the weights' gradients) stay with torch, where
they are one large matrix product each. numba serves as the compiler: its loops walk time, hidden units and blocks of
rows, and the innermost work is written as LLVM vectors of ``LANES`` rows, which LLVM fits to the machine's own width.

Everything is float32 and laid out ``(feature, step, row)``; the number of rows is a multiple of ``LANES``. Functions
take addresses (``Tensor.data_ptr()``), so the caller answers for contiguity and lifetime. Each call has its own
scratch memory and the functions release the GIL: they may run in several threads. No floating-point flag but
contraction (fused multiply-add) is set, so NaN and infinity come out as they would in torch.

Equations (PyTorch's, with the reset gate after the product):

    r = s(g_r + W_r h + b_r)    z = s(g_z + W_z h + b_z)    q = W_n h + b_n    n = tanh(g_n + r q)
    h' = n + z (h - n)

where ``g = W_ih x + b_ih`` arrives computed.

All of it is in one file because numba notices that a cached function is out of date by its own file alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
#: rows worked on at once: the state of 24 units, their gates and the weights fit a first-level cache
BLOCK = 128
#: outputs of a matrix product held in registers at once: enough to hide the latency of a multiply-add
TILE = 6

_FLOAT, _I64, _I32 = ir.FloatType(), ir.IntType(64), ir.IntType(32)
_VECTOR = ir.VectorType(_FLOAT, LANES)


class Vec:
    """``LANES`` float32 while LLVM code is being written; arithmetic on it emits instructions."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value) -> None:
        self.builder, self.value = builder, value

    def _other(self, x: Vec | float) -> ir.Value:
        return x.value if isinstance(x, Vec) else ir.Constant(_VECTOR, [float(np.float32(x))] * LANES)

    def _emit(self, name: str, left: ir.Value, right: ir.Value) -> Vec:
        return Vec(self.builder, getattr(self.builder, name)(left, right, flags=("contract",)))

    def __add__(self, x: Vec | float) -> Vec:
        return self._emit("fadd", self.value, self._other(x))

    def __sub__(self, x: Vec | float) -> Vec:
        return self._emit("fsub", self.value, self._other(x))

    def __rsub__(self, x: float) -> Vec:
        return self._emit("fsub", self._other(x), self.value)

    def __mul__(self, x: Vec | float) -> Vec:
        return self._emit("fmul", self.value, self._other(x))

    def __rtruediv__(self, x: float) -> Vec:
        return self._emit("fdiv", self._other(x), self.value)

    def clamp(self, limit: float) -> Vec:
        """Within ``[-limit, limit]``; NaN, for which every comparison is false, stays NaN."""
        value = self.value
        for sign, bound in ((">", limit), ("<", -limit)):
            beyond = self.builder.fcmp_ordered(sign, value, self._other(bound))
            value = self.builder.select(beyond, self._other(bound), value)
        return Vec(self.builder, value)

    def exp(self) -> Vec:
        """e**x within 2 ulp for |x| < 87: x = n ln 2 + f with the polynomial of Cephes' ``expf`` for e**f.

        Adding 1.5 * 2**23 rounds to an integer and leaves it in the low bits, from where it is shifted into an
        exponent.
        """
        x, magic = self.clamp(87.0), 12582912.0
        shifted = x * 1.44269504088896341 + magic
        n = shifted - magic
        f = x - n * 0.693359375 - n * -2.12194440e-4
        p = f * 1.9875691500e-4 + 1.3981999507e-3
        for coefficient in (8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1):
            p = p * f + coefficient
        ints = ir.VectorType(_I32, LANES)
        bits = self.builder.shl(self.builder.bitcast(shifted.value, ints), ir.Constant(ints, [23] * LANES))
        bits = self.builder.add(bits, ir.Constant(ints, [127 << 23] * LANES))
        return (p * f * f + f + 1.0) * Vec(self.builder, self.builder.bitcast(bits, _VECTOR))

    def sigmoid(self) -> Vec:
        return 1.0 / ((self * -1.0).exp() + 1.0)

    def tanh(self) -> Vec:
        return 1.0 - (1.0 / ((self * 2.0).exp() + 1.0)) * 2.0


def _at(builder: ir.IRBuilder, address: ir.Value, byte: ir.Value, kind: ir.Type = _VECTOR) -> ir.Value:
    return builder.inttoptr(builder.add(address, byte), kind.as_pointer())


def _load(builder: ir.IRBuilder, address: ir.Value, byte: ir.Value) -> ir.Value:
    loaded = builder.load(_at(builder, address, byte))
    loaded.align = 4
    return loaded


def _store(builder: ir.IRBuilder, value: ir.Value, address: ir.Value, byte: ir.Value) -> None:
    builder.store(value, _at(builder, address, byte)).align = 4


def _splat(builder: ir.IRBuilder, scalar: ir.Value) -> ir.Value:
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), scalar, ir.Constant(_I32, 0))
    mask = ir.Constant(ir.VectorType(_I32, LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), mask)


def _bytes(builder: ir.IRBuilder, count: ir.Value) -> ir.Value:
    return builder.mul(count, ir.Constant(_I64, 4))


def _elementwise(function: Callable[..., Sequence[Vec]], n_in: int) -> Callable[..., None]:
    """``op(addresses, rows)``: apply ``function`` to the first ``n_in`` arrays, write its results to the others."""

    @intrinsic
    def op(typing_context: Any, addresses: Any, rows: Any) -> Any:
        def codegen(context: Any, builder: ir.IRBuilder, signature: Any, args: Any) -> Any:
            places, count = cgutils.unpack_tuple(builder, args[0]), args[1]
            with cgutils.for_range_slice(builder, count.type(0), count, count.type(LANES), _I64) as (row, _):
                at = _bytes(builder, row)
                results = function(*(Vec(builder, _load(builder, p, at)) for p in places[:n_in]))
                for result, place in zip(results, places[n_in:], strict=True):
                    _store(builder, result.value, place, at)
            return context.get_dummy_value()

        return types.void(addresses, rows), codegen

    return op  # type: ignore[no-any-return]


def _product(tile: int) -> Callable[..., None]:
    """``op(w, b, x, y, k, rows)``: y[i] = b[i] + sum_j w[i, j] x[j] for ``tile`` rows of w (k columns).

    x and y hold one ``BLOCK`` of rows a feature. The ``tile`` sums stay in registers.
    """

    @intrinsic
    def op(typing_context: Any, w: Any, b: Any, x: Any, y: Any, k: Any, rows: Any) -> Any:
        def codegen(context: Any, builder: ir.IRBuilder, signature: Any, args: Any) -> Any:
            wp, bp, xp, yp, kc, count = args
            zero, stride = _I64(0), _I64(4 * BLOCK)

            def scalar(base: ir.Value, index: ir.Value) -> ir.Value:
                return _splat(builder, builder.load(_at(builder, base, _bytes(builder, index), _FLOAT)))

            with cgutils.for_range_slice(builder, zero, count, _I64(LANES), _I64) as (row, _):
                at = _bytes(builder, row)
                start = [scalar(bp, _I64(i)) for i in range(tile)]
                before, body, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
                builder.branch(body)
                builder.position_at_end(body)
                j = builder.phi(_I64)
                j.add_incoming(zero, before)
                sums = [builder.phi(_VECTOR) for _ in range(tile)]
                xj = Vec(builder, _load(builder, xp, builder.add(at, builder.mul(j, stride))))
                new = []
                for i, total in enumerate(sums):
                    total.add_incoming(start[i], before)
                    weight = Vec(builder, scalar(wp, builder.add(j, builder.mul(_I64(i), kc))))
                    new.append((Vec(builder, total) + weight * xj).value)
                    total.add_incoming(new[i], body)
                following = builder.add(j, _I64(1))
                j.add_incoming(following, body)
                builder.cbranch(builder.icmp_signed("<", following, kc), body, after)
                builder.position_at_end(after)
                for i, total in enumerate(new):
                    _store(builder, total, yp, builder.add(at, builder.mul(_I64(i), stride)))
            return context.get_dummy_value()

        return types.void(w, b, x, y, k, rows), codegen

    return op  # type: ignore[no-any-return]


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
