"""Tests of the pages: how they are written, and that what they name exists."""
