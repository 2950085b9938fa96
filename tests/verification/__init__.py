"""Tests of ``switch/verification``."""
