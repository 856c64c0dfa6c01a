"""Walks on a street network: arrays in, arrays out."""
