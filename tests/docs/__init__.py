"""Tests of the pages: how they are written, that what they name exists, and that their blocks run."""
