"""Modules are found where importing would find them, and nothing is imported."""

import importlib.util
import sys

import pytest

from bench.modules import spec_of


@pytest.mark.parametrize("name", ["json", "json.decoder", "bench.trial.walk", "numpy.linalg._umath_linalg", "sys"])
def test_what_importing_would_find_is_found(name):
    assert spec_of(name).origin == importlib.util.find_spec(name).origin


@pytest.mark.parametrize("name", ["", "absent_package", "absent_package.x", "json.absent", "json.decoder.x", "a..b"])
def test_what_is_not_there_is_not_found(name):
    assert spec_of(name) is None


def test_no_package_is_imported(tmp_path, monkeypatch):
    (tmp_path / "raising").mkdir()
    (tmp_path / "raising" / "__init__.py").write_text("1 / 0")
    (tmp_path / "raising" / "inside.py").write_text("")
    (tmp_path / "spaces" / "deep").mkdir(parents=True)
    (tmp_path / "spaces" / "deep" / "inside.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert spec_of("raising.inside").origin == str(tmp_path / "raising" / "inside.py")
    assert spec_of("spaces.deep.inside").origin == str(tmp_path / "spaces" / "deep" / "inside.py")
    assert not {"raising", "spaces"} & set(sys.modules)
