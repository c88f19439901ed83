"""What goes with what beside the site: receptors, Gleason patterns, care and frailty in the Simulacrum stand-in.

Affinities of the form, and with the caveats, that :mod:`.simulacrum_rules` states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tasks.sources.simulacrum_profiles import BANDS, BREAST, PROSTATE
from tasks.sources.simulacrum_rules import Matrix, block, exactly, matches


def receptor(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Receptor status given the 3-character site: breast only."""
    out = np.ones((len(sites), len(codes)))
    out[block(~matches(BREAST, sites), exactly("(?!NA$).*", codes))] = 0
    out[block(matches(r"D05", sites), exactly("(?!NA$).*", codes))] *= 0.3
    return out


def second_receptor(first: Sequence[str], codes: Sequence[str], agreement: float) -> Matrix:
    """PR or HER2 status given the ER status: only where ER is recorded; equal ones ``agreement`` times likelier."""
    out = np.ones((len(first), len(codes)))
    for i, a in enumerate(first):
        for j, b in enumerate(codes):
            if b != "NA":
                out[i, j] = 0.0 if a == "NA" else agreement if a[0] == b[0] else 1.0
    return out


def allred(statuses: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Allred score given its receptor's status: 0 to 2 is negative, 3 to 8 positive, none without a status."""
    out = np.zeros((len(statuses), len(codes)))
    out[:, codes.index("NA")] = 1
    for i, status in enumerate(statuses):
        for j, code in enumerate(codes):
            if code != "NA" and status != "NA":
                fits = {"N": int(code) <= 2, "P": int(code) >= 3}.get(status[0])
                out[i, j] = 0.02 if fits is None else float(fits)
    return out


def gleason_primary(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Gleason primary pattern given the 3-character site: prostate only."""
    out = np.ones((len(sites), len(codes)))
    out[block(~matches(PROSTATE, sites), exactly("(?!NA$).*", codes))] = 0
    return out


def gleason_secondary(primary: Sequence[str], codes: Sequence[str], sums: Mapping[str, float]) -> Matrix:
    """Secondary pattern given the primary one, weighted by ``sums[str(primary + secondary)]``; recorded together."""
    out = np.zeros((len(primary), len(codes)))
    for i, a in enumerate(primary):
        for j, b in enumerate(codes):
            if "NA" in (a, b):
                out[i, j] = 1.0 if a == b else 1e-6 * (a != "NA")
            else:
                out[i, j] = sums.get(str(int(a) + int(b)), 0.0) + 1e-9
    return out


def gleason_combined(pairs: Sequence[tuple[str, str]], codes: Sequence[str]) -> Matrix:
    """Combined score given (primary, secondary): their sum. A few published codes are no sum of two patterns."""
    out = np.zeros((len(pairs), len(codes)))
    for i, (a, b) in enumerate(pairs):
        total = "NA" if "NA" in (a, b) else str(int(a) + int(b))
        for j, code in enumerate(codes):
            out[i, j] = 1.0 if code == total else 0.0 if a == "NA" else 1e-5
    return out


def gleason_tertiary(primary: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Tertiary pattern given the primary one: seldom, and never without it."""
    out = np.ones((len(primary), len(codes)))
    out[block(exactly("NA", primary), exactly("(?!NA$).*", codes))] = 0
    return out


def care_plan(codes: Sequence[str]) -> Matrix:
    """Intent of the care plan given the stage group 0-5: stage 4 is treated to cure less often."""
    out = np.ones((6, len(codes)))
    out[:, matches("C", codes)] = np.array([1.5, 1.5, 1.3, 1.0, 0.25, 1.0])[:, None]
    out[:, matches("Z|X", codes)] = np.array([0.1, 0.3, 0.5, 1.0, 4.0, 1.0])[:, None]
    return out


def frailty(codes: Sequence[str], strength: float) -> Matrix:
    """Performance status or comorbidity given the age band: each step worse is likelier by ``strength`` per band."""
    out = np.ones((len(BANDS) + 1, len(codes)))
    for j, code in enumerate(codes):
        if code[0] in "01234":
            out[:, j] = strength ** (np.arange(len(BANDS) + 1) * (int(code[0]) - 1))
    return out


def nurse(plans: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Clinical nurse specialist given the care plan's intent: both belong to one data set, so missing together."""
    out = np.ones((len(plans), len(codes)))
    out[block(exactly("NA", plans), exactly("(?!NA$).*", codes))] = 0.15
    return out
