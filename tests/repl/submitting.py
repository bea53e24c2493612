"""Texts submitted to a REPL without a terminal."""


def said(repl, *texts):
    """What is printed, and what is complained of, when texts are submitted."""
    repl.capsys.readouterr()
    for text in texts:
        repl.submit(text)
    return repl.capsys.readouterr()
