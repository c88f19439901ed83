"""augbench's engine: tasks, methods and classifiers in, records and boards out. It knows no particular one of them."""

#: the one place of the version: pyproject.toml reads it from here, and tests hold CITATION.cff and CHANGELOG.md to it
__version__ = "0.2.0.dev0"
#: of the code and of the numbers on boards; tests hold pyproject.toml and CITATION.cff to it
LICENCE = "Apache-2.0"
