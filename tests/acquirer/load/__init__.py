"""Tests of ``switch/acquirer/load``."""
