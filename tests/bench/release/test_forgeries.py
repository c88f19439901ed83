"""Forged releases: each is caught, and the message names the file that is wrong; an honest one raises no alarm.

A forger here seals changed records anew, makes boards, page, claims and plots again from them and lists new checksums,
as far as each forgery says. Who does all of it to the end has made another release: only its digest tells.
"""

import shutil
from itertools import islice

import numpy as np
import pytest
from msgspec.structs import replace

from bench import __version__, publish, report, resample
from bench.boards import formats, plots
from bench.claims.running import write as write_claims
from bench.errors import BenchError
from bench.measures.metrics import score
from bench.records import predicted, replicates, selection
from bench.records.identity import identity_of
from bench.records.packed import pack as packed
from bench.records.reading import read
from bench.records.record import sealed
from bench.records.selection import Planned
from bench.release import checksums, environment, pack
from bench.release.verify import verify
from tests import factories

RECORDS = "records.parquet"


@pytest.fixture(scope="module", autouse=True)
def _two_plots():
    """A folder's first two plots stand for all of them, whose drawing would take most of the time."""
    draw = plots.draw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots, "draw", lambda *args: islice(draw(*args), 2))
        yield


@pytest.fixture(scope="module")
def honest(tmp_path_factory, toy):
    """A release of two tasks, one with the same test rows at every seed, with a method that fails."""
    source, target = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("results") / "v0.2"
    facts = {"augbench": __version__, "command": ["augbench", "run"], "primary": {"toy": "roc_auc"}, "commit": "a" * 40}
    chosen = factories.config(
        "toy-jitter", "toy-error", tasks=("toy", "toy-fixed"), classifiers=("tree",), regimes=("real", "balance"),
        seeds=(0, 1, 2),
    )  # fmt: skip
    factories.run(source, chosen, probabilities=True, **facts)
    selection.write(source, map(Planned.of, read(source)))
    (source / "selftest.json").write_text(
        '{"passed": false, "code": "", "seeds": 1, "controls": [{"control": "none", "task": "c", "measure": "f1", '
        '"expected": "1", "found": 0.5, "low": null, "high": null, "ok": false, "why": "planted"}]}'
    )
    (source / "audit.json").write_text('{"tasks": {}}')
    for kind in ("images", "losses"):
        path = source / "pictures" / "toy" / f"toy-jitter-balance-seed0.{kind}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0" + kind.encode())
    write_claims(source)
    assert pack.release(source, target) == 0
    return target


@pytest.fixture
def folder(honest, tmp_path):
    return shutil.copytree(honest, tmp_path / "v0.2")


# what a forger can do


def rewrite(folder, change, seal=True):
    """``change`` gives what is to stand in the place of each record: a list of them."""
    records = [new for record in read(folder) for new in change(record)]
    (folder / RECORDS).write_bytes(packed([sealed(record) for record in records] if seal else records))


def again(folder, *parts):
    """Make derived files again from the records; checksums always."""
    run = pack.RunFolder(folder)
    if "boards" in parts:
        formats.write(publish.build(run), folder / "boards")
    if "plots" in parts:
        plots.write(publish.build(run), folder / "plots")
    if "claims" in parts:
        write_claims(folder)
    if "environment" in parts:
        (folder / environment.NAME).write_text(environment.text(run.records))
    if "page" in parts:
        report.write(folder)
    checksums.write(folder)


EVERYTHING = ("boards", "plots", "claims", "environment", "page")


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text, f"{name} has no {old}"
    path.write_text(text.replace(old, new, 1))


def raised(record):
    better = {name: min(1.0, value + 0.05) for name, value in record.metrics.items()}
    return [replace(record, metrics=better) if record.method == "toy-jitter" and record.ok else record]


def dropped(condition):
    return lambda record: [] if condition(record) else [record]


def skipped(record):
    return [replace(record, status="skipped") if record.status == "error" else record]


def probable(folder, change):
    """``change`` gives what is to stand in the place of each cell's class probabilities."""
    for path in folder.glob("predictions/*/part-*.parquet"):
        path.write_bytes(predicted.pack([change(cell) for cell in predicted.unpack(path)]))


def surer(cell):
    """Probabilities that are nearer to the labels, whatever these are: the rare class's are sharper."""
    values = np.frombuffer(cell.proba, "<f4")
    return replace(cell, proba=(values**2).astype("<f4").tobytes())


def drawn_again(folder):
    """The draws that the class probabilities give."""
    replicates.write(folder, {})
    resample.update(folder, {record.id for record in read(folder)})


# the forgeries: a function that does it, and what the finding has to say


def scores_raised(folder):
    rewrite(folder, raised, seal=False)
    again(folder, *EVERYTHING)


def scores_raised_and_sealed(folder):
    rewrite(folder, raised)
    again(folder)


def scores_raised_on_the_boards_too(folder):
    rewrite(folder, raised)
    again(folder, "boards")


def scores_raised_but_for_the_plots(folder):
    rewrite(folder, raised)
    again(folder, "boards", "claims", "page")


def scores_raised_but_for_the_page(folder):
    rewrite(folder, raised)
    again(folder, "boards", "claims", "plots")


def scores_raised_everywhere(folder):
    rewrite(folder, raised)
    again(folder, *EVERYTHING)


def probabilities_changed(folder):
    probable(folder, surer)
    drawn_again(folder)
    again(folder, *EVERYTHING)


def probabilities_of_a_bad_cell_left_out(folder):
    path = folder / "predictions" / "toy.simulated" / "part-0000.parquet"
    path.write_bytes(predicted.pack(list(predicted.unpack(path))[1:]))
    again(folder)


def labels_changed(folder):
    """The labels of test rows turned around, so that there are as many of each class; the cells name the new rows."""
    keys = {}
    for path in folder.glob("predictions/*/rows-*.parquet"):
        rows = predicted.unpack_rows(path)
        other = replace(rows, labels=rows.numbers("labels")[::-1].tobytes())
        keys[rows.key] = other.key
        path.unlink()
        path.with_name(f"rows-{other.key}.parquet").write_bytes(predicted.pack_rows(other))
    probable(folder, lambda cell: replace(cell, tested=keys[cell.tested]))
    drawn_again(folder)
    again(folder, *EVERYTHING)


def the_training_shares_changed(folder):
    probable(folder, lambda cell: replace(cell, rare_classes=(0, 1)))
    again(folder)


def draws_narrowed(folder):
    kept = {
        key: one._replace(values={name: values / 2 + values.mean() / 2 for name, values in one.values.items()})
        for key, one in replicates.read(folder).items()
    }
    replicates.write(folder, kept)
    again(folder, *EVERYTHING)


def draws_left_out(folder):
    (folder / "replicates.parquet").unlink()
    again(folder, *(part for part in EVERYTHING if part != "claims"))  # judging claims would draw again


def a_seed_dropped(folder):
    rewrite(folder, dropped(lambda r: r.seed == 2))
    again(folder, *EVERYTHING)


def a_bad_seed_of_one_method_dropped(folder):
    rewrite(folder, dropped(lambda r: r.method == "toy-jitter" and r.seed == 1 and r.task == "toy"))
    again(folder, *EVERYTHING)


def a_task_dropped(folder):
    rewrite(folder, dropped(lambda r: r.task == "toy-fixed"))
    again(folder, *EVERYTHING)


def failures_dropped(folder):
    rewrite(folder, dropped(lambda r: r.status == "error"))
    again(folder, *EVERYTHING)


def failures_called_skipped(folder):
    rewrite(folder, skipped)
    again(folder, *EVERYTHING)


def failures_called_ok(folder):
    rewrite(folder, lambda r: [replace(r, status="ok", metrics={"roc_auc": 0.9}) if r.status == "error" else r])
    again(folder, *EVERYTHING)


def a_verdict_flipped(folder):
    edit(folder, "boards/toy.json", '"verdict": "', '"verdict": "better, not ')
    again(folder)


def a_number_flipped_in_markdown(folder):
    edit(folder, "boards/toy.md", "| 0.", "| 9.")
    again(folder)


def a_typed_board_edited(folder):
    import pyarrow as pa
    from pyarrow import parquet

    path = folder / "boards" / "toy.parquet"
    table = parquet.read_table(path)
    column = table.column_names.index("seeds_ok")
    parquet.write_table(table.set_column(column, "seeds_ok", pa.array([9] * table.num_rows)), path)
    again(folder)


def a_board_left_out(folder):
    for path in (folder / "boards").glob("toy-fixed.*"):
        path.unlink()
    again(folder)


def plots_swapped(folder):
    one, other = sorted((folder / "plots").glob("*.png"))[:2]
    one_content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(one_content)
    again(folder)


def a_plot_retouched(folder):
    from matplotlib.image import imread, imsave

    path = next((folder / "plots").glob("*.png"))
    from bench.release.drawn import software

    pixels = imread(path)
    pixels[5:9, 5:60] = 0.5
    imsave(path, pixels, metadata={"Software": software(path.read_bytes())})
    again(folder)


def pictures_swapped(folder):
    one, other = sorted((folder / "pictures" / "toy").glob("*.png"))
    one.rename(one.with_suffix(".x"))
    other.rename(one)
    one.with_suffix(".x").rename(other)


def a_claim_edited(folder):
    edit(folder, "claims.json", '"verdict": "not run"', '"verdict": "reproduced"')
    again(folder)


def a_claims_text_edited(folder):
    edit(folder, "claims.md", "not run", "reproduced")
    again(folder)


def a_claims_file_and_text_edited(folder):
    a_claim_edited(folder)
    edit(folder, "claims.md", "not run", "reproduced")
    again(folder, "page")


def the_page_edited(folder):
    edit(folder, "report.html", "toy-jitter", "toy-better")
    again(folder)


def the_environment_changed(folder):
    edit(folder, environment.NAME, "#   numpy==", "#   numpy==9.")
    again(folder)


def the_primary_metric_changed(folder):
    edit(folder, "run.json", "roc_auc", "accuracy")
    again(folder)


def the_commit_changed(folder):
    edit(folder, "run.json", "a" * 40, "b" * 40)
    again(folder)


def the_self_test_passed(folder):
    edit(folder, "selftest.json", '"passed": false', '"passed": true')
    again(folder, *EVERYTHING)


def a_record_doubled(folder):
    rewrite(folder, lambda r: [r, r] if r.method == "toy-jitter" else [r])
    again(folder, *EVERYTHING)


def ids_swapped(folder):
    first, second = [r for r in read(folder) if r.ok][:2]
    swap = {first.id: second.id, second.id: first.id}
    rewrite(folder, lambda r: [replace(r, id=swap.get(r.id, r.id))])
    again(folder, *EVERYTHING)


def results_swapped_between_methods(folder):
    """Their names and ids, so that each record is whole: what is planned twice then is no other cell."""

    def renamed(record):
        other = replace(record, method={"none": "toy-jitter"}.get(record.method, record.method), regime="real")
        return [replace(other, id=identity_of(other))] if record.method == "none" else [record]

    rewrite(folder, renamed)
    again(folder, *EVERYTHING)


def options_relabelled(folder):
    def other(record):
        return [replace(record, config=replace(record.config, method={"scale": 99.0}))]

    rewrite(folder, other)
    again(folder, *EVERYTHING)


def stand_ins_called_real(folder):
    def real(record):
        other = replace(record, source="real" if record.source != "real" else "simulated")
        return [replace(other, id=identity_of(other))]

    rewrite(folder, real)
    again(folder, *EVERYTHING)


def pleasant_seeds_added(folder):
    def more(record):
        other = replace(record, seed=record.seed + 10)
        return [record, replace(other, id=identity_of(other))] if record.method == "toy-jitter" else [record]

    rewrite(folder, more)
    again(folder, *EVERYTHING)


def the_selection_shortened(folder):
    planned = selection.read(folder)
    selection.write(folder, (cell for cell in planned if cell.axes[0] == "toy"))
    again(folder, *EVERYTHING)


def the_selection_left_out(folder):
    (folder / "selection.json").unlink()
    again(folder, *EVERYTHING)


def the_digest_of_the_selection_changed(folder):
    stated = selection.digest(selection.read(folder))
    edit(folder, "boards/toy.json", f'"selection": "sha256 {stated}"', '"selection": "sha256 0123456789abcdef"')
    again(folder)


def the_licence_changed(folder):
    edit(folder, "boards/csv-metadata.json", "Apache-2.0", "WTFPL")
    again(folder)


def a_checksum_left_out(folder):
    path = folder / "SHA256SUMS"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "audit.json" not in line))


FORGERIES = {
    scores_raised: f"{RECORDS}:",
    scores_raised_and_sealed: "boards/overall.md:",
    scores_raised_on_the_boards_too: "report.html:",
    scores_raised_but_for_the_plots: "plots/",
    scores_raised_but_for_the_page: "report.html:",
    scores_raised_everywhere: "predictions/toy.simulated/part-0000.parquet: record",
    probabilities_changed: "predictions/toy-fixed.simulated/part-0000.parquet: record",
    probabilities_of_a_bad_cell_left_out: "predictions/toy.simulated: record",
    labels_changed: "and its probabilities give",
    the_training_shares_changed: "its shares of classes, or which are rare, are not",
    draws_narrowed: "replicates.parquet: record",
    draws_left_out: "has class probabilities, and no draws",
    a_seed_dropped: f"{RECORDS}: no record of toy × toy-jitter × tree × balance at seed 2, which selection.json plans",
    a_bad_seed_of_one_method_dropped: f"{RECORDS}: no record of toy × toy-jitter × tree × balance at seed 1,",
    a_task_dropped: f"{RECORDS}: no record of task toy-fixed (",
    failures_dropped: f"{RECORDS}: no record of toy × toy-error × tree × balance at seed 0, 1, 2,",
    failures_called_skipped: f"{RECORDS}:",
    failures_called_ok: f"{RECORDS}:",
    a_verdict_flipped: "boards/toy.json:",
    a_number_flipped_in_markdown: "boards/toy.md:",
    a_typed_board_edited: "boards/toy.parquet: differs",
    a_board_left_out: "boards/toy-fixed.md: missing",
    plots_swapped: "plots/",
    a_plot_retouched: "plots/",
    pictures_swapped: "pictures/toy/toy-jitter-balance-seed0.images.png: not the file",
    a_claim_edited: "claims.json:",
    a_claims_text_edited: "claims.md:",
    a_claims_file_and_text_edited: "claims.json:",
    the_page_edited: "report.html:",
    the_environment_changed: "environment.txt: other versions",
    the_primary_metric_changed: "boards/toy.md:",
    the_commit_changed: "report.html:",
    the_self_test_passed: "selftest.json: passed is True",
    a_record_doubled: f"{RECORDS}: record",
    ids_swapped: f"{RECORDS}:",
    results_swapped_between_methods: "is not of the selection (selection.json)",
    options_relabelled: "its options give hashes.config",
    stand_ins_called_real: "is not of the selection (selection.json)",
    pleasant_seeds_added: "is not of the selection (selection.json)",
    the_selection_shortened: "is not of the selection (selection.json)",
    the_selection_left_out: "selection.json: missing",
    the_digest_of_the_selection_changed: "boards/toy.json:",
    the_licence_changed: "boards/csv-metadata.json:",
    a_checksum_left_out: "audit.json: not listed in SHA256SUMS",
}


@pytest.mark.parametrize(("forge", "said"), FORGERIES.items(), ids=lambda x: getattr(x, "__name__", ""))
def test_a_forgery_is_caught_and_its_file_named(folder, capsys, forge, said):
    forge(folder)
    capsys.readouterr()
    assert verify(folder) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(said in line for line in lines), lines
    assert lines[-1].startswith("not verified")


def test_an_honest_release_raises_no_alarm(folder, capsys):
    announced = checksums.digest(folder)
    for given in (None, announced, announced[:12]):
        assert verify(folder, given) == 0
        out = capsys.readouterr().out.splitlines()
        assert out[-2].startswith("verified: 18 records, ")
        assert out[-1] == f"digest of the whole release: {announced}"
    again(folder, *EVERYTHING)  # what an honest person makes again is the same
    assert checksums.digest(folder) == announced


def test_who_forges_everything_changes_the_digest(folder, capsys):
    announced = checksums.digest(folder)
    probable(folder, surer)
    drawn_again(folder)
    rows = {t.key: t for path in folder.glob("predictions/*/rows-*") for t in [predicted.unpack_rows(path)]}
    cells = {c.id: c for path in folder.glob("predictions/*/part-*") for c in predicted.unpack(path)}

    def scored(record):
        if record.id not in cells:
            return [record]
        cell = cells[record.id]
        tested = rows[cell.tested]
        found = score(
            tested.numbers("labels"), cell.probabilities(), classes=tested.classes, rare=1,
            threshold=cell.threshold, shares=cell.shares,
        )  # fmt: skip
        return [replace(record, metrics=found)]

    rewrite(folder, scored)
    again(folder, *EVERYTHING)
    assert verify(folder) == 0  # nothing inside contradicts anything else
    assert verify(folder, announced) == 1
    out = capsys.readouterr().out
    assert f"SHA256SUMS: the release's digest is {checksums.digest(folder)}, not {announced}" in out


def test_a_digest_is_of_a_release(folder):
    with pytest.raises(BenchError, match="8 to 64 hexadecimal digits"):
        verify(folder, "latest")
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(BenchError, match="those of a release"):
        verify(folder, "0" * 64)
