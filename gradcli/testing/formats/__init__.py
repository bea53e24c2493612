"""The texts that `gradcli test` reads: transcripts, Markdown, notebooks, console blocks."""
