"""Tests of ``switch/witness``."""
