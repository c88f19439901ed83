"""What goes with a cancer site in a tumour table: dependencies of the Simulacrum stand-in, more in
:mod:`.simulacrum_markers`.

Each function returns an *affinity* matrix (states of the parent, categories of the column), float64: 0 where the pair
cannot occur, larger where it is likelier. Only its ratios matter; :func:`tasks.sources.simulacrum_standin.fit_joint`
scales it until both published one-column counts are met.

Two kinds of rules stand here and there, and the difference matters:

* **definitions**: Gleason patterns exist for prostate only (C61), receptor status for breast only (C50, D05),
  screening status for the screened sites; sexes have their organs; the ICD-10 chapter fixes the behaviour (D00-D09 in
  situ, D10-D36 benign, D37-D48 uncertain, C77-C80 secondary or unknown); an M1 tumour is stage 4 (not in testis and
  thyroid); stage 0 is in situ; an Allred score of 0 to 2 is negative and 3 to 8 positive; leukaemia has no T, N, M;
* **directions of known sign but assumed strength**: which histologies a site has, its typical age, stage and grade,
  left and right of paired organs, older patients being frailer, stage 4 being treated less often to cure. The numbers
  are round general knowledge and no estimate from records: nothing may be concluded about cancer from them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.sources.simulacrum_profiles import (
    AGES,
    BANDS,
    BREAST,
    CHILDREN,
    FEMALE_ONLY,
    GRADES,
    HAEM,
    HISTOLOGY,
    MALE_ONLY,
    PAIRED,
    SEVERITY,
    SITE_HISTOLOGY,
    SUBSTAGES,
    UNSTAGED,
)

Matrix = NDArray[np.float64]


def matches(pattern: str, names: Sequence[str]) -> NDArray[np.bool_]:
    """Which names start with what the regular expression describes: (len(names),) bool."""
    return np.array([re.match(pattern, name) is not None for name in names])


def exactly(pattern: str, names: Sequence[str]) -> NDArray[np.bool_]:
    """Which names are wholly what it describes: (len(names),) bool."""
    return np.array([re.fullmatch(pattern, name) is not None for name in names])


def block(*parts: Sequence[int] | NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The index of a sub-matrix, from masks or indices of each axis."""
    return np.ix_(*(np.asarray(part) for part in parts))


def _first(table: Sequence[tuple[Any, ...]], name: str) -> tuple[Any, ...]:
    return next(row for row in table if re.match(row[0], name))


def sex(sites4: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Sex given the 4-character site: organs by definition; breast tumours of men 0.7 %."""
    out = np.ones((len(sites4), len(codes)))
    male, female = codes.index("1"), codes.index("2")
    out[matches(FEMALE_ONLY, sites4), male] = 0
    out[matches(MALE_ONLY, sites4), female] = 0
    out[matches(BREAST, sites4), male] = 0.007
    out[matches(r"C15|C22|C3[2-4]|C45|C67|C09|C1[0-4]|C0[1-6]", sites4), male] = 2.0
    out[matches(r"C73|C23|D32", sites4), male] = 0.4
    return out


def behaviour(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Behaviour given the 3-character site: the ICD-10 chapter, with the few exceptions that the counts hold."""
    out = np.full((len(sites), len(codes)), 1e-4)
    for pattern, code in (
        (r"C(?!7[789]|80)", "3"),
        (r"D0", "2"),
        (r"D[123][0-6]", "0"),
        (r"D3[7-9]|D4", "1"),
        (r"C7[789]|C80", "6"),
    ):
        out[block(matches(pattern, sites), [codes.index(code)])] = 1
    out[block(matches(r"C80", sites), [codes.index("3"), codes.index("9")])] = 0.1
    out[block(matches(r"C50|C53|C5[12]|C67|C44|C43", sites), [codes.index("5")])] = 0.01
    return out


def morphology(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Histology given the 3-character site, by the families above; histology of blood only in C81-C96 and D45-D47,
    and no other there."""
    families = {name: exactly(pattern, codes) for name, pattern in HISTOLOGY.items()}
    out = np.full((len(sites), len(codes)), 2e-4)
    for i, site in enumerate(sites):
        for pattern, listed in SITE_HISTOLOGY:
            if re.match(pattern, site):
                words = listed.split()
                for name, weight in zip(words[::2], words[1::2], strict=True):
                    out[i, families[name]] += float(weight)
    blood = matches(r"959|9[6-9]", codes)
    haem = matches(HAEM, sites)
    out[block(haem, ~blood)] *= 1e-3
    out[block(~haem, blood)] *= 1e-2
    out[:, [i for i, code in enumerate(codes) if code == "NA"]] = 1e-3
    return out


def age(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Age in years given the 3-character site: a bell around the site's mean, and children where they are affected."""
    years = np.array([float(code) for code in codes])
    out = np.empty((len(sites), len(codes)))
    for i, site in enumerate(sites):
        _, mean, spread = _first(AGES, site)
        out[i] = np.exp(-0.5 * ((years - mean) / spread) ** 2) + 1e-4
        for pattern, share in CHILDREN.items():
            if re.match(pattern, site):
                out[i] += 1e-3 * share * np.exp(-years / 6)
    return out


def stage_group(code: str) -> int:
    """0 to 4 of a stage such as "3B"; 5 if there is none ("?", "U", "NA" ...)."""
    return int(code[0]) if code[0] in "01234" else 5


def stage(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Stage given the 3-character site: in situ is stage 0, blood, brain and skin are seldom staged."""
    groups = np.array([stage_group(code) for code in codes])
    out = np.full((len(sites), len(codes)), 1e-3)
    for i, site in enumerate(sites):
        if site.startswith("D0"):
            out[i, groups == 0] = 1
            continue
        shares = np.array(_first(SEVERITY, site)[1]) / 100
        for group in (1, 2, 3, 4):
            out[i, groups == group] = shares[group - 1]
        out[i, groups == 0] = 0.02 if site == "C67" else 0  # papillary bladder tumours (Ta) are staged 0a
        if re.match(r"D|NA", site):
            out[i, groups != 5] *= 1e-2
        for pattern, code, weight in UNSTAGED:
            if re.match(pattern, site):
                out[i, codes.index(code)] = max(out[i, codes.index(code)], weight)
    for pattern, where in SUBSTAGES.items():
        out[block(~matches(where, sites), exactly(pattern, codes))] *= 1e-2
    return out


def stage_system(stages: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Staging system given the stage: none where there is no stage."""
    out = np.ones((len(stages), len(codes)))
    unstaged = np.array([stage_group(code) == 5 for code in stages])
    out[block(unstaged, exactly(r"(?!NA).*", codes))] = 0.01
    return out


def tnm(sites: Sequence[str], codes: Sequence[str], part: str) -> Matrix:
    """T, N or M (``part``) given (3-character site, stage group 0-5), flattened with the group running fastest."""
    weight = {  # rows: stage groups 0 1 2 3 4 none
        "T": {
            "is|IS|a": (60, 0, 0, 0, 0, 0.3),
            "0|X": (0.2, 0.1, 0.1, 0.2, 0.5, 0.2),
            "T?1": (0, 60, 20, 6, 5, 1.5),
            "T?2": (0, 25, 60, 15, 12, 1),
            "T?3": (0, 0.5, 30, 55, 30, 1),
            "T?4|A|B": (0, 0, 3, 35, 40, 0.8),
            "NA": (20, 8, 8, 8, 12, 300),
        },
        "N": {
            "N?0": (20, 70, 55, 20, 15, 12),
            "N?1|\\+": (0, 1, 20, 30, 30, 1),
            "N?2": (0, 0, 2, 30, 35, 0.5),
            "N?[34]": (0, 0, 0.2, 15, 18, 0.2),
            "X": (0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
            "NA": (80, 12, 12, 10, 15, 400),
        },
        "M": {
            "0": (20, 80, 80, 75, 25, 12),
            "[12]": (0, 0, 0, 0, 70, 0.15),
            "X|9": (0.1,) * 6,
            "NA": (80, 15, 15, 15, 8, 400),
        },
    }[part]
    out = np.zeros((len(sites), 6, len(codes)))
    for pattern, shares in weight.items():
        out[:, :, matches(f"({pattern})", codes)] = np.array(shares)[None, :, None]
    if part == "M":  # UICC: distant spread does not make stage 4 in the young with thyroid cancer, nor in testis
        out[block(matches(r"C62|C73", sites), [1, 2, 3], matches("[12]", codes))] = 4
    if part == "T":
        out[block(~matches(r"C67|C6[568]|C60|D09", sites), range(6), exactly("a", codes))] *= 0.01
        out[block(~matches(r"C50|C61|C34|C5", sites), range(6), exactly("1c", codes))] *= 0.05
        out[block(~matches(r"C61", sites), range(6), exactly("2c", codes))] *= 0.05
        out[block(matches(r"C61", sites), range(6), matches("1[ab]|3|2[abc]", codes))] *= 1.5
    blood = matches(r"C9|D4[5-7]", sites)  # leukaemia, myeloma, dysplasia: TNM does not apply
    out[block(blood, range(6), exactly("(?!NA).*", codes))] = 0
    out[block(blood, range(6), exactly("NA", codes))] = 1
    return out.reshape(len(sites) * 6, len(codes))


def grade(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Grade given the 3-character site; prostate is graded by Gleason, skin seldom, T and B cell only in blood."""
    out = np.zeros((len(sites), len(codes)))
    for i, site in enumerate(sites):
        for code, weight in zip(("G1", "G2", "G3", "G4", "GX", "NA"), _first(GRADES, site)[1], strict=True):
            out[i, codes.index(code)] = weight
        for code in ("G5", "G6"):
            out[i, codes.index(code)] = 0.01 if re.match(r"C8|C9", site) else 0
    return out


def laterality(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Left and right given the 3-character site: of paired organs, and of skin less often."""
    out = np.zeros((len(sites), len(codes)))
    for i, site in enumerate(sites):
        known = 12.0 if re.match(PAIRED, site) else 1.0 if re.match(r"C43|C44|D03|C49|C71|C3[0-8]", site) else 0.06
        for code, weight in (("L", known), ("R", known), ("B", known / 40), ("M", 0.02), ("9", 1.0)):
            out[i, codes.index(code)] = weight
    return out


def screening(sites: Sequence[str], codes: Sequence[str]) -> Matrix:
    """Screening status given (3-character site, age band), band fastest: breast from 50, bowel from 60, cervix 25 to
    64. The code book of the status is not published, so all codes of a screened tumour are alike here."""
    invited = {
        BREAST: (0, 0.2, 5, 5, 2, 0.1),
        r"C18|C19|C20|D01": (0, 0.02, 0.2, 3, 3, 0.3),
        r"C53|D06": (0.5, 4, 2, 2, 0.1, 0),
    }
    out = np.zeros((len(sites), len(BANDS) + 1, len(codes)))
    out[:, :, codes.index("NA")] = 1
    for pattern, shares in invited.items():
        out[block(matches(pattern, sites), range(len(shares)), exactly("(?!NA$).*", codes))] = np.array(shares)[
            None, :, None
        ]
    return out.reshape(-1, len(codes))
