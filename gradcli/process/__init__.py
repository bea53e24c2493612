"""What the operating system is asked to hold a program to, and what is done on its behalf outside.

A process locks itself (`sandbox.py`) before it runs the text of a program. From then on the kernel
trusts it no more than that text: it reads Python's libraries and its descriptors, computes, and writes
to descriptors that were opened before. What must be done by name later, the process that waits for it
does: it puts an output file in place (`output_file.py`) and serves the prompt (`requests.py`, `desk.py`).
"""
