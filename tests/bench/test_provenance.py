from pathlib import Path

import pytest

from bench import provenance
from bench.provenance import changed, code_hash, digest


@pytest.fixture(autouse=True)
def _fresh():
    """Hashes are kept for a process; these tests change files under them."""
    for cached in (provenance.code_hash, provenance._tree, provenance._source):
        cached.cache_clear()
    yield
    for cached in (provenance.code_hash, provenance._tree, provenance._source):
        cached.cache_clear()


def hashed(path: Path, text: str) -> str:
    path.write_text(text)
    _ = [c.cache_clear() for c in (provenance.code_hash, provenance._tree)]
    return code_hash(path.stem, path)


def test_code_counts_and_comments_do_not(tmp_path):
    file = tmp_path / "some_method.py"
    base = hashed(file, 'def f(x):\n    """Doc."""\n    return x + 1\n')
    assert hashed(file, '# why\ndef f(x):\n    """Other words."""\n\n    return x + 1  # note\n') == base
    assert hashed(file, 'def f(x):\n    """Doc."""\n    return x + 2\n') != base


def test_what_is_imported_from_the_suite_counts(tmp_path, monkeypatch):
    (tmp_path / "toybox").mkdir()
    (tmp_path / "toybox" / "__init__.py").write_text("")
    helper = tmp_path / "toybox" / "helper.py"
    helper.write_text("K = 1\n")
    main = tmp_path / "toybox" / "main.py"
    main.write_text("def fit():\n    from toybox.helper import K\n    return K\n")
    monkeypatch.syspath_prepend(tmp_path)
    first = code_hash("toybox.main", main)
    helper.write_text("K = 2\n")
    _ = [c.cache_clear() for c in (provenance.code_hash, provenance._tree)]
    assert code_hash("toybox.main", main) != first


def test_digest_ignores_key_order():
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_changed_names_the_parts():
    assert changed({"data": "1", "code": "2"}, {"data": "1", "code": "3"}) == ["code"]
    assert changed({"data": "1"}, {"data": "1"}) == []


def test_machine_tells_no_host_name():
    import socket

    assert socket.gethostname() not in str(provenance.machine())
