"""PyTorch's words where an operation takes no complex numbers; {0} is the type, as "ComplexFloat"."""

WORDS: dict[str, str] = {}
