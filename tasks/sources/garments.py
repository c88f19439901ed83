"""Procedurally drawn garments: the simulated stand-in for Fashion-MNIST.

Ten classes of 28 x 28 grey images drawn from plane geometry (trapezoids, capsules, ellipses and a shoe's profile, in
a frame that is turned, scaled and shifted a little) with random sizes, seams, textures, shading and noise. They are
**not** Fashion-MNIST: no pixel, statistic or label of it went in. What was matched by hand is how hard the ten classes
are for a small CNN and which of them it confuses: shirts with T-shirts, pullovers and coats, because all four share one
outline whose sleeves, opening and collar vary and often cannot be seen; sneakers with ankle boots and sandals, because
the height of the shaft is continuous. A score on these images says that a pipeline works, and nothing about real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.random import Generator

Field = NDArray[np.floating[Any]]

#: in Fashion-MNIST's order
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SIZE = 28
CHUNK = 100  # images drawn at once: fields of this size stay in the processor's cache


def draw(labels: NDArray[np.int64], seed: int) -> NDArray[np.uint8]:
    """Draw one garment per label (n,), codes of ``CLASSES``: (n, 28, 28) uint8. Same labels and seed, same images."""
    images = np.empty((len(labels), SIZE, SIZE), dtype=np.uint8)
    for code in np.unique(labels):
        rows = np.flatnonzero(labels == code)
        rng = np.random.default_rng([seed, int(code)])
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            images[part] = _finish(*_garment(int(code), len(part), rng), rng)
    return images


def _garment(code: int, n: int, rng: Generator) -> tuple[Field, Field, Field, Field]:
    """The cover (0 to 1) and the seams (brightness added) of ``n`` garments, and the frame (u, v) they are drawn in."""
    u, v = _frame(n, rng)
    name = CLASSES[code]
    if name == "Trouser":
        cover, seams = _trouser(u, v, rng)
    elif name == "Bag":
        cover, seams = _bag(u, v, rng)
    elif name in ("Sandal", "Sneaker", "Ankle boot"):
        cover, seams = _shoe(name, u, v, rng)
    else:
        cover, seams = _top(name, u, v, rng)
    return cover, seams, u, v


# Geometry: signed distances in units of half an image (positive inside), and what they cover ------------------------


def _between(rng: Generator, n: int, low: float, high: float) -> Field:
    """``n`` uniform numbers, shaped to broadcast over images."""
    return rng.uniform(low, high, (n, 1, 1)).astype(np.float32)


def _chance(rng: Generator, n: int, probability: float) -> Field:
    return (rng.random((n, 1, 1)) < probability).astype(np.float32)


def _frame(n: int, rng: Generator) -> tuple[Field, Field]:
    """Coordinates u (right) and v (down) of the pixels, about -1 to 1, in a frame turned, scaled and shifted."""
    axis = ((np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1).astype(np.float32)
    x = axis[None, None, :] - _between(rng, n, -0.08, 0.08)
    y = axis[None, :, None] - _between(rng, n, -0.06, 0.06)
    turn, width, height = _between(rng, n, -0.09, 0.09), _between(rng, n, 0.85, 1.15), _between(rng, n, 0.93, 1.12)
    u = (x * np.cos(turn) + y * np.sin(turn)) * width
    v = (y * np.cos(turn) - x * np.sin(turn)) * height
    return u, v


def _cover(distance: Field) -> Field:
    """1 inside, 0 outside, a ramp one pixel wide at the edge."""
    return np.clip(distance * (SIZE / 2) + 0.5, 0, 1)


def _trapezoid(u: Field, v: Field, top: Field, bottom: Field, half_top: Field, half_bottom: Field) -> Field:
    share = np.clip((v - top) / (bottom - top), 0, 1)
    return np.minimum(np.minimum(v - top, bottom - v), half_top + share * (half_bottom - half_top) - np.abs(u))


def _capsule(u: Field, v: Field, u0: Field, v0: Field, u1: Field, v1: Field, radius: Field) -> Field:
    """A thick line from (u0, v0) to (u1, v1)."""
    du, dv = u1 - u0, v1 - v0
    along = np.clip(((u - u0) * du + (v - v0) * dv) / (du * du + dv * dv + 1e-6), 0, 1)
    return radius - np.hypot(u - u0 - along * du, v - v0 - along * dv)


def _ellipse(u: Field, v: Field, half_u: Field, half_v: Field) -> Field:
    return (1 - np.hypot(u / half_u, v / half_v)) * np.minimum(half_u, half_v)


# The ten classes -----------------------------------------------------------------------------------------------------

#: per class: probability of [no, short, long] sleeves, of an opening down the front, of a collar, of a print;
#: then the hem's place, the waist's and the hem's half-width
TOPS: dict[str, tuple[tuple[float, float, float], float, float, float, tuple[float, float], float, float]] = {
    "T-shirt/top": ((0.07, 0.90, 0.03), 0.02, 0.03, 0.45, (0.62, 0.92), 0.45, 0.47),
    "Pullover": ((0.00, 0.04, 0.96), 0.05, 0.10, 0.25, (0.56, 0.84), 0.46, 0.47),
    "Dress": ((0.50, 0.32, 0.18), 0.08, 0.08, 0.15, (0.86, 0.99), 0.25, 0.42),
    "Coat": ((0.01, 0.02, 0.97), 0.85, 0.60, 0.03, (0.74, 0.98), 0.45, 0.49),
    "Shirt": ((0.04, 0.40, 0.56), 0.78, 0.72, 0.10, (0.60, 0.86), 0.45, 0.47),
}


def _top(name: str, u: Field, v: Field, rng: Generator) -> tuple[Field, Field]:
    n = len(u)
    sleeves, opening, collar, printed, hem, waist, wide = TOPS[name]
    kind = rng.choice(3, (n, 1, 1), p=sleeves)
    shoulder = _between(rng, n, 0.36, 0.48) - (0.10 if name == "Dress" else 0.0)
    top, bottom = _between(rng, n, -0.92, -0.74), _between(rng, n, *hem)
    half_waist, half_hem = waist * _between(rng, n, 0.78, 1.12), wide * _between(rng, n, 0.75, 1.20)
    middle = top + (bottom - top) * _between(rng, n, 0.40, 0.55)
    above = _trapezoid(u, v, top, middle + 0.02, shoulder, half_waist)
    body = np.maximum(above, _trapezoid(u, v, middle, bottom, half_waist, half_hem))
    length = np.where(kind == 2, _between(rng, n, 0.85, 1.45), _between(rng, n, 0.22, 0.60)).astype(np.float32)
    angle = np.where(kind == 2, _between(rng, n, 0.05, 0.38), _between(rng, n, 0.45, 1.0)).astype(np.float32)
    thick = _between(rng, n, 0.10, 0.17)
    start = shoulder - thick * 0.6
    sleeve = _capsule(
        np.abs(u), v, start, top + thick, start + length * np.sin(angle), top + thick + length * np.cos(angle), thick
    )
    cover = np.maximum(_cover(body), _cover(sleeve) * (kind > 0))
    neck = _ellipse(u, v - top, _between(rng, n, 0.12, 0.24), _between(rng, n, 0.06, 0.30))
    cover *= 1 - _cover(neck)
    # seams: the opening with its sides, the collar, the line between body and sleeve, a print on the chest
    tone = np.where(rng.random((n, 1, 1)) < 0.6, -1, 1).astype(np.float32)
    line = _chance(rng, n, opening) * _between(rng, n, 0.15, 0.65) * tone
    seams = line * _cover(_between(rng, n, 0.015, 0.05) - np.abs(u - _between(rng, n, -0.03, 0.03)))
    lapel = _between(rng, n, 0.10, 0.30)
    edge = np.abs(np.abs(u) - 0.22 + np.clip(v - top, 0, 1) * (0.22 / lapel))
    seams += _chance(rng, n, collar) * tone * _between(rng, n, 0.10, 0.5) * _cover(0.05 - edge) * (v < top + lapel)
    seams -= _between(rng, n, 0.0, 0.35) * _cover(0.03 - np.abs(body)) * (sleeve > 0) * (kind > 0)
    height, place = _between(rng, n, 0.06, 0.22), top + _between(rng, n, 0.35, 0.7)
    logo = _cover(_ellipse(u, v - place, _between(rng, n, 0.10, 0.28), height))
    seams += _chance(rng, n, printed) * _between(rng, n, -0.6, 0.6) * logo
    return cover, seams


def _trouser(u: Field, v: Field, rng: Generator) -> tuple[Field, Field]:
    n = len(u)
    top, bottom = _between(rng, n, -0.96, -0.85), _between(rng, n, 0.72, 0.98)
    hip, ankle = _between(rng, n, 0.20, 0.36), _between(rng, n, 0.22, 0.42)
    crotch = top + (bottom - top) * _between(rng, n, 0.20, 0.42)
    legs = _cover(_trapezoid(u, v, top, bottom, hip, ankle))
    gap = (v - crotch) * _between(rng, n, 0.0, 0.16) - np.abs(u)
    seams = -_between(rng, n, 0.0, 0.4) * _cover(0.03 - np.abs(u)) * (v > crotch)
    return legs * (1 - _cover(gap) * (v > crotch)), seams


def _bag(u: Field, v: Field, rng: Generator) -> tuple[Field, Field]:
    n = len(u)
    half, top, bottom = _between(rng, n, 0.45, 0.92), _between(rng, n, -0.45, 0.05), _between(rng, n, 0.50, 0.88)
    box = _trapezoid(u, v, top, bottom, half * _between(rng, n, 0.70, 1.05), half)
    across, rise = half * _between(rng, n, 0.35, 0.90), _between(rng, n, 0.25, 0.75)
    ring = _ellipse(u, v - top, across, rise)
    handle = _cover(_between(rng, n, 0.02, 0.06) - np.abs(ring)) * (v < top + 0.05) * _chance(rng, n, 0.75)
    flap = top + (bottom - top) * _between(rng, n, 0.15, 0.6)
    seams = _between(rng, n, -0.5, 0.3) * _cover(0.04 - np.abs(v - flap)) * _chance(rng, n, 0.6)
    return np.maximum(_cover(box), handle), seams


def _shoe(name: str, u: Field, v: Field, rng: Generator) -> tuple[Field, Field]:
    """From the side, toe left: a profile over a sole, rising from the toe to the shaft at the heel."""
    n = len(u)
    shaft = {"Sandal": (0.15, 0.75), "Sneaker": (0.34, 0.70), "Ankle boot": (0.62, 1.30)}[name]
    toe, heel = _between(rng, n, -0.95, -0.80), _between(rng, n, 0.78, 0.95)
    low, high = _between(rng, n, 0.16, 0.34), _between(rng, n, *shaft)
    sole = _between(rng, n, 0.25, 0.45) + np.where(high > 0.8, 0.25, 0.0).astype(np.float32)
    lift = _between(rng, n, 0.0, 0.30) * _chance(rng, n, 0.15 if name == "Sneaker" else 0.5)  # a heel below the sole
    share = np.clip((u - toe) / (heel - toe), 0, 1)
    ground = sole - lift * np.clip(share * 2.2 - 1.0, 0, 1)
    bend, width = _between(rng, n, 0.40, 0.60), _between(rng, n, 0.12, 0.30)
    profile = low * np.sqrt(np.clip(share * 6, 0, 1)) + (high - low) * np.clip((share - bend) / width + 0.5, 0, 1)
    sides = np.minimum(u - toe, heel - u)
    upper = _cover(np.minimum(np.minimum(v - (ground - profile), ground - v), sides))
    base = _cover(np.minimum(np.minimum(v - ground + 0.02, ground + _between(rng, n, 0.06, 0.16) - v), sides))
    block = _cover(np.minimum(np.minimum(v - ground, sole + 0.06 - v), np.minimum(heel - u, u - heel + 0.30)))
    block *= lift > 0.08
    seams = _between(rng, n, -0.4, 0.5) * base + _between(rng, n, -0.35, 0.35) * _cover(0.05 - np.abs(share - bend))
    phase = share * _between(rng, n, 2.0, 5.0) + (ground - v) * _between(rng, n, -1.2, 1.2) + _between(rng, n, 0.0, 1.0)
    if name == "Sandal":
        straps = np.clip((np.cos(phase * 2 * np.pi) - _between(rng, n, -0.70, 0.5)) * 3 + 0.5, 0, 1)
        upper = upper * straps
    else:
        seams += _between(rng, n, -0.45, 0.45) * _chance(rng, n, 0.55) * (np.cos(phase * 2 * np.pi) > 0.5)
    return np.maximum(np.maximum(upper, base), block), seams


# What every garment gets ---------------------------------------------------------------------------------------------


def _finish(cover: Field, seams: Field, u: Field, v: Field, rng: Generator) -> NDArray[np.uint8]:
    """Cloth (brightness, stripes or checks, folds, shading), seams and noise, in 256 levels."""
    n = len(cover)
    cloth: Field = 0.15 + 0.80 * rng.beta(2.4, 1.5, (n, 1, 1)).astype(np.float32)
    angle = np.where(rng.random((n, 1, 1)) < 0.6, 0.0, np.pi / 2).astype(np.float32) + _between(rng, n, -0.1, 0.1)
    wave = np.sin((u * np.sin(angle) + v * np.cos(angle)) * _between(rng, n, 6, 34) + _between(rng, n, 0, 6.3))
    cloth = cloth + wave * _between(rng, n, 0.05, 0.30) * _chance(rng, n, 0.35)
    folds: Field = rng.normal(0, 1, (n, 7, 7)).astype(np.float32).repeat(4, axis=1).repeat(4, axis=2)
    folds = (folds + np.roll(folds, 2, 1) + np.roll(folds, 2, 2) + np.roll(folds, (2, 2), (1, 2))) / 4
    cloth = cloth + folds * _between(rng, n, 0.0, 0.22) - np.abs(u) * _between(rng, n, -0.12, 0.22)
    cloth = cloth + seams + rng.normal(0, 1, cover.shape).astype(np.float32) * _between(rng, n, 0.02, 0.12)
    return np.round(np.clip(cover * np.clip(cloth, 0.04, 1), 0, 1) * 255).astype(np.uint8)
