"""``claims.md``: the verdicts at a glance, then every claim with what stands where and how it was run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench.claims.wording import shown
from bench.records.findings import sample

VERDICTS = (
    "reproduced", "reproduced only with the leak", "same sign", "same sign only with the leak",
    "not reproduced", "undecided", "not run",
)  # fmt: skip
SOURCE_LABELS = {"real": "real data", "real-subset": "REAL SUBSET", "simulated": "SIMULATED", "": ""}


def render(claims: Sequence[Mapping[str, Any]]) -> str:
    """The page from what ``claims.json`` holds. Ends with a newline; the same list gives the same text."""
    counts = Counter(claim["verdict"] for claim in claims)
    budgets = sorted({claim["budget"] for claim in claims if claim["budget"]})
    lines = [
        "# Published claims, run again",
        "",
        ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]) + ".",
        f"Budget: {', '.join(budgets) or 'none run'}. Intervals: 95 % over n seeds, Nadeau-Bengio corrected where "
        "seeds resample the split. Where every seed has the same test rows, these are drawn again, crossed with seeds "
        "(*n = 3 × 22 test units*: rows, patients or blocks of time), or, where their class probabilities were not "
        "kept, the interval covers seeds alone and says so (*these test rows alone*). The rule of the verdicts is one "
        "for all (docstring of `bench/claims/__init__.py`): "
        "an interval has to lie inside the band beside the published number; *shown* is a quantity that does not count "
        "on these rows; *same sign* is the most that a claim can reach whose bands say on which side of nothing it "
        "lies, and no more. Where nothing leaked, the run as published is the leak-free one; *not run* is a protocol "
        "that was left out, for what the claim says under its limits.",
        "",
    ]
    if any(claim["source"] == "simulated" for claim in claims):
        lines += ["**SIMULATED** marks claims run on simulated rows; they say nothing certain of real ones.", ""]
    lines += [
        "| claim | quantity | published | as published | leak-free | verdict | why |",
        "|---|---|---|---|---|---|---|",
    ]
    for claim in claims:
        lines += _table_rows(claim)
    lines += ["", "## The claims", ""]
    for claim in claims:
        lines += _section(claim)
    return "\n".join(lines).rstrip("\n") + "\n"


def _table_rows(claim: Mapping[str, Any]) -> list[str]:
    source = SOURCE_LABELS[claim["source"]]
    title = f"[{claim['title']}](#{claim['id']})" + (f" **{source}**" if claim["source"] != "real" and source else "")
    rows = []
    for i, row in enumerate(claim["rows"]):
        first = i == 0
        quantity = row["quantity"] + ("" if row["judged"] or not claim["source"] else " *(shown)*")
        published = "" if row["published"] is None else f"{row['published']:.4g}"
        tolerance = row["tolerance"].split(" (")[0]
        cells = [
            title if first else "",
            quantity,
            f"{published}; {tolerance}".strip("; "),
            "not run" if claim.get("alone") == "leak_free" else _found(row["as_published"]),
            _leak_free(claim, row),
            f"**{claim['verdict']}**" if first else "",
            claim["why"] if first else "",
        ]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows


def _leak_free(claim: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The finding of the leak-free run; where nothing leaked, the run as published is the leak-free one, too."""
    if claim.get("alone") == "as_published":
        return "not run"
    same = not claim["leak"] and row["leak_free"] is not None and row["leak_free"] == row["as_published"]
    return "the same run" if same else _found(row["leak_free"])


def _found(interval: Mapping[str, Any] | None) -> str:
    if interval is None:
        return "–"
    text = shown(interval["mean"], interval["low"], interval["high"])
    return f"{text}, {sample(interval['n'], interval.get('over', ''))}"


def _section(claim: Mapping[str, Any]) -> list[str]:
    where = f"[{claim['where']}]({claim['url']})" if claim["url"] else claim["where"]
    facts = [
        ("Claim", claim["statement"]),
        ("Where", f"{where}, {claim['year']}"),
        ("Protocol", claim["protocol"]),
        ("Leak", claim["leak"]),
        ("Limits", claim.get("limits", "")),
        ("Bands", "; ".join(f"{row['quantity']}: {row['tolerance']}" for row in claim["rows"] if row["tolerance"])),
        ("Remark", claim["remark"]),
        ("Needs", claim["needs"]),
        ("Verdict", f"{claim['verdict']}: {claim['why']}"),
    ]
    if claim["record_ids"]:
        run = f"{SOURCE_LABELS[claim['source']]}, budget {claim['budget']}, {len(claim['record_ids'])} records"
        facts.append(("Run on", f"{run}; {claim['provenance']}"))
    lines = [f"### {claim['id']}", "", f"**{claim['title']}**", ""]
    return [*lines, *(f"- {name}: {text}" for name, text in facts if text), ""]
