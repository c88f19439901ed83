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
