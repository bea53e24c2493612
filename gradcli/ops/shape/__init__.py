"""Views, joins and splits."""
