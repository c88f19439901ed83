"""All there is to build is in pyproject.toml, but one step: the wheel carries CITATION.cff, which stands at the root of
the repository because that is where GitHub and Zenodo look for it. A clone reads it there."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCitation(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            self.copy_file("CITATION.cff", str(Path(self.build_lib, "bench", "CITATION.cff")))


setup(cmdclass={"build_py": BuildWithCitation})
