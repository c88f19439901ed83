"""The self-test with some controls alone, at one seed: exit code 1 and their names if any lands elsewhere."""

import sys

import bench
from bench import registry, selftest
from bench.errors import BenchError


def main(controls: list[str]) -> int:
    registry.discover()
    try:
        rows = selftest.judge(*selftest.run(1, "serial", controls))
    except BenchError as error:
        print(f"no landing: {error}")
        return 1
    asked = ("none", *controls)
    wrong = [f"{row['control']} ({row['measure']})" for row in rows if row["control"] in asked and not row["ok"]]
    print(f"{bench.__file__}: {', '.join(wrong) or 'all land'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
