"""`fractions` and `decimal`: exact numbers of bounded size."""
