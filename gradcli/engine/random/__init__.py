"""The generators of both ages and the streams drawn from them."""
