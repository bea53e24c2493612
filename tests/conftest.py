"""Options of the test suite."""


def pytest_addoption(parser):
    parser.addoption("--bless", action="store_true", help="rewrite what snapshots say; read the difference afterwards")
