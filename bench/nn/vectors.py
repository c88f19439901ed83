"""Vectors of ``LANES`` rows, written as LLVM code that numba compiles into its loops.

``Vec`` is the arithmetic of one vector; ``_elementwise`` applies a function of vectors to whole arrays, and
``_product`` multiplies a tile of a matrix with a block of rows. Both make numba intrinsics, which compiled code calls
with addresses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
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


def pinned(checksum: str) -> str:
    """``checksum``, if it is this file's: what a file writes down whose compiled functions numba keeps.

    numba would go on using what it compiled from an older version of this file. Raises ``RuntimeError`` if the
    checksum is not this file's.
    """
    found = hashlib.sha256(Path(__file__).read_text(encoding="utf-8").encode()).hexdigest()[:16]
    if found != checksum:
        raise RuntimeError(
            f"{__file__} has changed: write pinned({found!r}) into the files that import it, so that "
            "numba compiles them anew"
        )
    return checksum
