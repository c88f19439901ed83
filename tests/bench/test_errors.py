"""What the user is told is one printable line, whatever was put into it."""

from hypothesis import given
from hypothesis import strategies as st

from bench.errors import LONGEST, BenchError, InvalidData


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_one_printable_line(text):
    said = str(InvalidData(f"a file: {text}; get it again"))
    assert said.isprintable()
    assert len(said.splitlines()) == 1
    assert said.encode()
    assert said.startswith("a file: ")
    assert said.endswith("; get it again")


def test_line_ends_become_blanks_and_plain_text_stays():
    assert str(BenchError("one  two: naïve 漢字")) == "one  two: naïve 漢字"
    assert str(BenchError("one\n   two\u2028three")) == "one two three"
    assert str(BenchError("\x1b[31mred \udce9")) == "\\x1b[31mred \\udce9"


def test_a_long_message_keeps_its_start_and_its_end():
    said = str(BenchError("x.csv: " + "9" * 10**6 + "; get it again"))
    assert len(said) < LONGEST + 10
    assert said.startswith("x.csv: 9")
    assert said.endswith("9; get it again")
