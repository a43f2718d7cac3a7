"""Huabiao (华表): a city's shared, verifiable memory."""

__version__ = "0.1.0"
