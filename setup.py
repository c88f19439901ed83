"""What pyproject.toml cannot say about building the wheel.

CITATION.cff stands at the root of the repository, where GitHub and Zenodo look for it; the wheel carries it inside
``bench``, so that ``augbench cite`` works without the clone. And a wheel holds what the tree holds, not what an earlier
build left in ``build/lib``, such as modules that have moved since.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCitation(build_py):
    def run(self) -> None:
        if self.editable_mode:
            return super().run()
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        self.copy_file("CITATION.cff", str(Path(self.build_lib, "bench", "CITATION.cff")))


setup(cmdclass={"build_py": BuildWithCitation})
