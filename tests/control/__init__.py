"""Tests of the HTTP control API."""
