"""The page in a real Chromium, opened from disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import report

Visit = Callable[..., Any]


def cells(page: Any, column: str) -> list[str]:
    """What all shown rows say in a column of the table of all rows."""
    return page.evaluate(
        """(column) => {
          const titles = [...document.querySelectorAll("#all-rows thead th")].map((th) => th.innerText.trim());
          const place = titles.indexOf(column);
          return [...document.querySelectorAll("#all-rows tbody tr")].map((tr) => tr.cells[place].innerText);
        }""",
        column,
    )


def header(page: Any, column: str) -> Any:
    return page.locator("#all-rows thead th").filter(has_text=column)


def number(text: str) -> float:
    return float(text.split(" ±")[0].replace("−", "-"))


def test_opens_and_shows_every_row(visit: Visit, page: Path) -> None:
    shown = visit(page)
    assert "1 to 25 of 42 rows" in shown.inner_text("#rows")
    shown.get_by_label("rows a page").select_option("-1")
    assert len(cells(shown, "task")) == 42
    assert shown.evaluate("document.querySelectorAll('#board-overall-real.dataTable').length") == 1


def test_sorts_and_says_so(visit: Visit, page: Path) -> None:
    shown = visit(page)
    head = header(shown, "score")
    head.click()
    shown.wait_for_selector("#all-rows th[aria-sort=descending]")
    down = [number(text) for text in cells(shown, "score")]
    assert down == sorted(down, reverse=True)
    head.click()
    shown.wait_for_selector("#all-rows th[aria-sort=ascending]")
    up = [number(text) for text in cells(shown, "score")]
    assert up == sorted(up)
    assert up[0] < down[0]


def test_filters_alone_together_and_by_address(visit: Visit, page: Path) -> None:
    shown = visit(page)
    shown.select_option("#filter-method", "gan")
    assert set(cells(shown, "method")) == {"gan"}  # and not cgan
    shown.select_option("#filter-task", "pima")
    shown.select_option("#filter-regime", "tstr")
    assert len(cells(shown, "task")) == 2
    assert shown.url.endswith("#rows?task=pima&method=gan&regime=tstr")
    again = visit(page, "#rows?task=pima&method=gan&regime=tstr")
    assert len(cells(again, "task")) == 2
    again.get_by_role("button", name="Clear filters").click()
    assert "of 42 rows" in again.inner_text("#rows")
    again.get_by_role("combobox", name="source").select_option("simulated")
    assert all("SIMULATED STAND-IN" in text for text in cells(again, "task"))


def test_a_board_leads_to_its_rows(visit: Visit, page: Path) -> None:
    shown = visit(page)
    shown.locator("#board-overall-simulated a", has_text="smote").first.click()
    shown.locator("#filter-task:focus").wait_for()
    assert set(cells(shown, "method")) == {"smote"}
    shown.locator("#task-table a", has_text="simulacrum").first.click()
    assert shown.locator("#filter-task").input_value() == "simulacrum"
    assert set(cells(shown, "task")) == {"simulacrum SIMULATED STAND-IN"}


def test_a_row_unfolds_to_its_seeds_by_keyboard(visit: Visit, page: Path) -> None:
    shown = visit(page, "#rows?task=pima&method=cgan&classifier=classifier-0")
    button = shown.get_by_role("button", name="Seeds of pima, cgan, classifier-0, balance")
    assert button.get_attribute("aria-expanded") == "false"
    button.focus()
    shown.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    table = shown.locator(".details table").first
    assert table.locator("tbody tr").count() == 5
    text = table.inner_text()
    assert "timeout in fit: fit took </script> 60 s" in text
    assert table.locator("code").count() == 5
    for title in ("Δ to none", "fit (s)", "memory (MB)", "record"):
        assert title in text
    shown.get_by_role("button", name="Seeds of pima, cgan, classifier-0, tstr").click()
    assert (
        shown.locator(".details .pictures a").get_attribute("href") == "pictures/pima.real/cgan-tstr-seed0.losses.png"
    )
    button.focus()
    shown.keyboard.press("Space")
    assert button.get_attribute("aria-expanded") == "false"
    assert shown.locator(".details").count() == 1


def test_the_drawn_rows_open_and_sort(visit: Visit, page: Path) -> None:
    shown = visit(page)
    assert shown.locator("#synthetic table.dataTable").count() == 0
    for task in ("pima", "simulacrum"):
        shown.locator(f"#synthetic-{task} summary").click()
    table = shown.locator("#synthetic-pima table")
    assert table.locator("tbody tr").count() == 6
    text = table.inner_text()
    for part in ("of this task", "own_score", "xgboost_auc → 0.5", "ks ↓", "privacy", "dcr_share → 0.5", "8.00 ± 0.00"):
        assert part in text
    table.get_by_role("button", name="xgboost_auc").click()
    table.locator("th[aria-sort=descending]").wait_for()
    scores = [number(text) for text in table.locator("tbody td:nth-child(5)").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    names = shown.locator("#synthetic-simulacrum tbody th").all_inner_texts()
    assert names
    assert all("SIMULATED STAND-IN" in name for name in names)
    shown.locator("#glossary summary").click()
    assert "telling synthetic from held-out rows" in shown.inner_text("#glossary")


def test_theme_follows_the_system_then_the_reader(visit: Visit, page: Path) -> None:
    shown = visit(page, color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = shown.evaluate(background)
    shown.get_by_role("button", name="Light theme").click()
    light = shown.evaluate(background)
    assert dark != light
    assert light == visit(page, color_scheme="light").evaluate(background)
    ink = "getComputedStyle(document.querySelector('.plot svg text')).fill"
    assert shown.evaluate(ink) != visit(page, color_scheme="dark").evaluate(ink)
    shown.reload()
    shown.wait_for_selector("#theme:not([hidden])")
    assert shown.evaluate(background) == light


@pytest.mark.parametrize("width", [360, 1280])
def test_never_scrolls_sideways_as_a_page(visit: Visit, page: Path, width: int) -> None:
    shown = visit(page, viewport={"width": width, "height": 800})
    for task in shown.locator("details.later").all():
        task.locator("summary").click()
    assert shown.locator("details.later svg").count() >= 6
    shown.locator("button.unfold").first.click()
    shown.locator("table.sortable:not(.dataTable)").first.wait_for(state="detached")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_keyboard_reaches_everything(visit: Visit, page: Path) -> None:
    shown = visit(page)
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "main"
    shown.locator("table.sortable:not(.dataTable)").first.wait_for(state="detached")
    stops = shown.evaluate(
        """() => [...document.querySelectorAll("thead th.dt-orderable-asc")]
          .filter((th) => !(th.querySelector("[role=button]") ?? th).matches("[tabindex='0']")).length"""
    )
    assert stops == 0
    order = header(shown, "score").get_by_role("button")
    order.focus()
    shown.keyboard.press("Enter")
    shown.wait_for_selector("#all-rows th[aria-sort=descending]")
    outline = shown.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_landmarks_names_and_headings(visit: Visit, page: Path) -> None:
    shown = visit(page)
    for role in ("main", "banner", "contentinfo"):
        assert shown.get_by_role(role).count() == 1
    assert shown.get_by_role("navigation", name="Sections").count() == 1
    unnamed = shown.evaluate(
        """() => [...document.querySelectorAll("select, input, button, [role=region], section")]
          .filter((e) => !e.labels?.length && !e.ariaLabel && !e.textContent.trim())
          .filter((e) => !e.getAttribute("aria-labelledby")).length"""
    )
    assert unnamed == 0
    assert shown.evaluate("document.querySelectorAll('table:not(:has(caption))').length") == 0
    assert shown.evaluate("[...document.querySelectorAll('th')].filter((th) => !th.scope).length") == 0


def test_reads_without_javascript(visit: Visit, chromium: Any, page: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(page.as_uri())
    assert "needs JavaScript" in shown.inner_text("#rows")
    assert shown.locator("#board-overall-real tbody tr").count() > 5
    shown.locator("details.later summary").first.click()
    assert shown.locator("details.later svg").first.is_visible()
    context.close()


@pytest.mark.usefixtures("no_plots")
def test_ten_thousand_records_sort(visit: Visit, many: Path, tmp_path: Path) -> None:
    shutil.copytree(many, tmp_path / "many")
    shown = visit(report.write(tmp_path / "many"))
    opened = shown.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    spent = shown.evaluate(
        """async () => {
          const heads = [...document.querySelectorAll("#all-rows thead th")];
          const head = heads.find((th) => th.textContent.startsWith("score"));
          const start = performance.now();
          head.querySelector("[role=button]").click();
          while (!head.ariaSort) await new Promise((done) => setTimeout(done));
          document.body.getBoundingClientRect();
          return performance.now() - start;
        }"""
    )
    print(f"10,150 records: open {opened:.0f} ms, sort {spent:.0f} ms")
    assert "of 1,015 rows" in shown.inner_text("#rows")
    down = [number(text) for text in cells(shown, "score")]
    assert down == sorted(down, reverse=True)
