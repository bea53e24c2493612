"""The worker that runs programs, the supervisor that waits for it, and the walls of the operating system.

A worker locks itself (`walls/sandbox.py`) before it runs the text of a program. From then on the kernel trusts it
no more than that text: it reads Python's libraries and its descriptors, computes, and writes to descriptors that
were opened before. What must be done by name later, the supervisor does (`broker.py`, asked by `messages.py`): it
puts an output file in place (`output_file.py`) and serves the files of the prompt.
"""
