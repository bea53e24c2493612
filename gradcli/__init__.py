"""gradcli differentiates tensor expressions on the command line."""

__version__ = "0.1.0"
