"""The pages are run: what they show is what a reader sees."""
