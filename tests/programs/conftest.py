"""These programs are run by tests/session/test_scripts.py, each in the style of its age."""

collect_ignore_glob = ["*.grad"]
