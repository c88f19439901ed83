"""Boards as text and files: golden files, and what each format must survive."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.boards.board import Board
from bench.boards.formats import FORMATS, files, render, stems, write
from bench.boards.latex import tex
from bench.boards.layout import fitting
from bench.boards.tables import build
from bench.errors import BenchError
from bench.records.record import Record
from bench.slugs import slug

GOLDEN = Path(__file__).parent / "golden"
NASTY = r"50%_of & $x^2 #1 {a} ~b \c <d> |e| Δ é 中"


@pytest.fixture
def boards(mixed: list[Record]) -> dict[str, Board]:
    few = [r for r in mixed if r.classifier == "xgboost" and (r.seed < 3 or r.status == "invalid")]
    found = build(few, date="2026-10-05")
    return dict(zip(stems(found), found, strict=True))


def close(found: Any, expected: Any) -> bool:
    """Equal but for the last digits of a float, which depend on the processor."""
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(close(found[k], expected[k]) for k in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(close, found, expected))
    return bool(found == (pytest.approx(expected, rel=1e-9, abs=1e-12) if isinstance(expected, float) else expected))


def parsed(fmt: str, text: str) -> Any:
    if fmt == "json":
        return json.loads(text)
    number = re.compile(r"-?\d+\.\d+(e-?\d+)?")
    return [[float(c) if number.fullmatch(c) else c for c in line] for line in csv.reader(io.StringIO(text))]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("stem", ["overall.real", "credit-fraud", "pima", "simulacrum"])
def test_golden(boards: dict[str, Board], stem: str, fmt: str) -> None:
    """Set AUGBENCH_GOLDEN=write to accept what the code does now, and read the difference before committing it."""
    board = boards[stem]
    compare(stem, fmt, render(board, fmt))
    if board.synthetic:
        compare(f"{stem}.measures", fmt, render(board.synthetic, fmt))


def compare(stem: str, fmt: str, text: str) -> None:
    path = GOLDEN / f"{stem}.{fmt}"
    if os.environ.get("AUGBENCH_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    expected = path.read_text(encoding="utf-8")
    if fmt in ("csv", "json"):
        assert close(parsed(fmt, text), parsed(fmt, expected))
    else:
        assert text == expected


def test_rendering_twice_gives_the_same(boards: dict[str, Board]) -> None:
    for board in boards.values():
        for fmt in FORMATS:
            assert render(board, fmt) == render(board, fmt)


def test_unknown_format(boards: dict[str, Board]) -> None:
    with pytest.raises(BenchError, match="unknown board format 'xls'; known: md, csv, json, tex, text"):
        render(boards["pima"], "xls")


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_terminal_keeps_the_width(record: Callable[..., Record], width: int) -> None:
    names = {"method": "borderline-smote", "classifier": "xgboost", "regime": "append:2000"}
    metrics = dict.fromkeys(("auprc", "roc_auc", "f1", "recall", "f1_macro"), 0.123456)
    (board,) = [b for b in build([record(**names, metrics=metrics), record(metrics=metrics)]) if b.kind == "task"]
    text = render(board, "text", width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "borderline-smote" in text
    assert "append:2000" in text
    assert "AUPRC" in text
    keys = [column.key for column in fitting(board, width)]
    assert keys[:3] == ["method", "classifier", "regime"]
    assert {"auprc", "auprc_diff", "coverage"} <= set(keys)
    assert ("roc_auc" in keys) == (width == 140)
    assert "verdict" not in keys


def test_plain_text_has_no_escapes_and_colour_has(boards: dict[str, Board]) -> None:
    assert "\x1b" not in render(boards["pima"], "text")
    assert "\x1b[" in render(boards["pima"], "text", color=True)


def test_markdown_cells_keep_to_their_columns(record: Callable[..., Record]) -> None:
    text = render(build([record(method="a|b", status="error", reason="x | y *z* <img>\nsecond")])[-1], "md")
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace(r"\|", "").count("|") for line in table}) == 1
    assert r"x \| y \*z\* \<img\> second" in text


def test_csv_loads_with_units_and_ids(boards: dict[str, Board]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.StringIO(render(boards["pima"], "csv")))
    assert {"source", "budget", "device", "fit_s", "train_s", "peak_rss_mb", "energy_j"} <= set(frame)
    assert (frame["source"] == "real").all()
    assert [ids.split() for ids in frame["record_ids"]] == [row["record_ids"] for row in boards["pima"].rows]
    assert frame["auprc_mean"].tolist()[:3] == [row["auprc_mean"] for row in boards["pima"].rows[:3]]


def test_small_numbers_keep_digits(record: Callable[..., Record]) -> None:
    (board,) = [b for b in build([record(metrics={"brier": 0.00123})], {"pima": "brier"}) if b.kind == "task"]
    assert "0.00123 ± –" in render(board, "md")


def test_tex_escapes_everything() -> None:
    assert tex("100% a_b & ±") == r"100\% a\_b \& $\pm$"
    assert tex("é 中") == "e ?"
    assert all(sign.isascii() for sign in tex(NASTY))


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_tex_compiles_as_pasted(boards: dict[str, Board], record: Callable[..., Record], tmp_path: Path) -> None:
    nasty = build([record(method=NASTY, status="error", reason=NASTY), record(task="a_b", regime=NASTY)])
    tables = [table for board in [*boards.values(), *nasty] for table in (board, board.synthetic) if table]
    body = "".join(render(table, "tex") for table in tables)
    page = f"\\documentclass{{article}}\n\\usepackage{{booktabs}}\n\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "page.tex").write_text(page)
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


def test_write_makes_whole_files_and_leaves_nothing_else(mixed: list[Record], tmp_path: Path) -> None:
    boards = build(mixed)
    paths = write(boards, tmp_path / "boards")
    assert {p.name for p in (tmp_path / "boards").iterdir()} == {p.name for p in paths}
    assert len(paths) == sum(5 + 5 * bool(board.synthetic) + bool(board.pairs) for board in boards)
    assert write(boards, tmp_path / "boards") == paths
    (pima,) = [board for board in boards if board.task == "pima"]
    assert (tmp_path / "boards" / "pima.md").read_text(encoding="utf-8") == render(pima, "md")


def test_write_removes_boards_of_another_naming_and_nothing_else(record: Callable[..., Record], tmp_path: Path) -> None:
    for name in ("pima.quick.md", "pima.quick.pairs.csv", "pima.parquet", "notes.pdf"):
        (tmp_path / name).write_text("old")
    paths = write(build([record()]), tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {p.name for p in paths} | {"notes.pdf"}


def test_files_are_what_is_written(boards: dict[str, Board], tmp_path: Path) -> None:
    paths = write(list(boards.values()), tmp_path)
    assert {p.name: p.read_bytes() for p in paths} == dict(files(list(boards.values())))


def test_parquet_loads_with_the_numbers_of_the_board(boards: dict[str, Board], tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    path = next(p for p in write([boards["pima"]], tmp_path) if p.suffix == ".parquet")
    frame = pandas.read_parquet(path)
    rows = boards["pima"].rows
    assert set(frame["task"]) == {"pima"}
    assert {"fit_s", "fit_cpu_s", "peak_rss_mb", "energy_j", "verdict", "p_holm"} <= set(frame)
    assert [list(ids) for ids in frame["record_ids"]] == [row["record_ids"] for row in rows]
    means = [row["auprc_mean"] for row in rows]
    assert frame["auprc_mean"].astype(object).where(frame["auprc_mean"].notna(), None).tolist() == means
    assert frame["energy_j"].isna().all()


def test_write_says_where_it_cannot(mixed: list[Record], tmp_path: Path) -> None:
    (tmp_path / "boards").write_text("")
    with pytest.raises(BenchError, match="boards cannot be written into"):
        write(build(mixed), tmp_path / "boards")


def test_names_grow_only_where_boards_would_collide(record: Callable[..., Record]) -> None:
    assert stems(build([record()])) == ["overall", "pima"]
    several = [
        record(), record("ecg"), record("ecg", source="simulated"), record("a/b c", budget="full", device="cuda:0")
    ]  # fmt: skip
    assert stems(build(several)) == [
        "overall.real.full", "overall.real.quick", "overall.simulated", slug("a/b c"), "ecg.real", "ecg.simulated",
        "pima",
    ]  # fmt: skip
    assert stems(build([record("overall")])) == ["overall", slug("overall")]
    awkward = ("overall", "task-overall", "csv-metadata", "standing", "measures", "Pima", "pima")
    boards = build([record(name, source=source) for name in awkward for source in ("real", "simulated")])
    assert len({stem.lower() for stem in stems(boards)}) == len(boards)
    written = [name.lower() for name, _ in files(boards)]
    assert len(set(written)) == len(written)
    both = [record(device="cpu"), record(device="cuda")]
    assert stems(build(both)) == ["overall.cpu", "overall.cuda", "pima.cpu", "pima.cuda"]
