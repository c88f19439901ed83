"""augbench's engine: tasks, methods and classifiers in, records and boards out. It knows no particular one of them."""

__version__ = "0.1.0"
