"""What the machine gives and takes away: files, owners, signals, processes by fork, a want of descriptors.

Paths, sockets and signals come in; bytes of regular files, folders that are the owner's alone, processes, and one sentence
for whatever the machine refuses go out. It refuses to know what any of the files and processes are for.
"""
