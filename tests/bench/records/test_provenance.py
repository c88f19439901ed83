import subprocess

import pytest

from bench.records import provenance
from bench.records.provenance import changed, digest, versions


def test_versions_name_the_distributions_of_what_is_required():
    plain = versions()
    assert "wfdb" not in plain
    assert versions(("wfdb",)) == plain | {"wfdb": versions(("wfdb",))["wfdb"]}
    assert versions(("sklearn",)) == plain
    assert versions(("no_such_module",))["no_such_module"] == "absent"


def test_digest_ignores_key_order():
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_changed_names_the_parts():
    assert changed({"data": "1", "code": "2"}, {"data": "1", "code": "3"}) == ["code"]
    assert changed({"data": "1"}, {"data": "1"}) == []


def test_machine_tells_no_host_name():
    import socket

    assert socket.gethostname() not in str(provenance.machine())


def git(folder, *words):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", "-C", folder, *identity, *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path):
    """Somebody's repository, with one commit."""
    git(tmp_path, "init", "-q")
    (tmp_path / "theirs.py").write_text("x = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "theirs")
    return tmp_path


def installed(folder):
    (folder / "bench").mkdir(parents=True)
    (folder / "bench" / "__init__.py").write_text("")
    return folder


def test_a_commit_is_that_of_our_own_files(repository):
    installed(repository)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "ours")
    head = git(repository, "rev-parse", "HEAD").strip()
    assert provenance.commit(repository) == head
    (repository / "bench" / "__init__.py").write_text("y = 2\n")
    assert provenance.commit(repository) == head + "+changes"


def test_a_package_that_lies_in_somebodys_repository_has_no_commit(repository):
    assert provenance.commit(installed(repository / "venv" / "site-packages")) is None


def test_without_a_repository_there_is_no_commit(tmp_path):
    assert provenance.commit(installed(tmp_path)) is None


def test_the_environment_points_git_at_no_other_repository(repository, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository))
    assert provenance.commit(installed(tmp_path_factory.mktemp("elsewhere"))) is None
