"""Tests of ``switch/testing``."""
