"""Operations, their recording and the backward pass."""
