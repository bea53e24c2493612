"""Lexer, parser and queries on the syntax tree."""
