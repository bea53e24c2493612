"""The exit statuses of the command line, and what each of them means. Nothing is imported here: the start reads it."""

SUCCESS = 0
PROGRAM_ERROR = 1
USAGE_ERROR = 2
REFUSED = 3
MISMATCH = 4
LIMIT_REACHED = 5
FILE_ERROR = 6
INTERNAL_ERROR = 70         # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130           # 128 + SIGINT
READER_GONE = 141           # 128 + SIGPIPE

MEANINGS = {
    SUCCESS: "success",
    PROGRAM_ERROR: "the program raised an error",
    USAGE_ERROR: "usage error",
    REFUSED: "syntax error or refused construct",
    MISMATCH: "a comparison found a mismatch",
    LIMIT_REACHED: "a limit was hit",
    FILE_ERROR: "a file could not be read or written",
    INTERNAL_ERROR: "internal error",
    INTERRUPTED: "interrupted",
    READER_GONE: "the reader of the output went away",
}
