"""The operating system's walls around a process that runs programs."""
