"""Texts to vectors: encoders as sentence-transformers models, and their cache."""
