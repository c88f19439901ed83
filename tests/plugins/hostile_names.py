"""Names of all kinds that would run script, leave the folder, break a table or act on a terminal."""

SCRIPT = "<img src=x onerror=window.owned=1>&amp;</script><script>window.owned=2</script><!--"
CLASSES = (f"N/A {SCRIPT}", "rare", "a|b [x](javascript:window.owned=3) $y$ \\ `z`")
TASK = "../<img src=x onerror=window.owned=1>&lt;</script><script>window.owned=2</script>"
FORMULA = "=cmd|' /C calc'!A0"
#: a name of 300 characters: LaTeX, a script that runs from right to left, emoji, an end of line in another guise
LONG = (r"\input{/etc/passwd}%#&_^~}{ 😀 שלום " + "long " * 60)[:299] + "."
#: what only a message may hold: escapes of a terminal, ends of lines, a mark that turns the direction of text
ESCAPES = "\x1b]0;owned\x07\x1b[2J\r\n\u202egnp\u2028"
