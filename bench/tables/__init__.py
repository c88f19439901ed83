"""A user's own table: read from its file, its columns understood, and its rows as numbers and back.

``files`` reads; ``inference`` finds out what each of the ``columns`` is; ``options`` is what the user says, in the TOML
file beside the data; ``schema`` puts these together; ``values`` turns columns into numbers, and synthetic numbers into
columns.
"""
