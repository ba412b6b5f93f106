"""Papers: which ones are needed, which ones are there, until when they hold; and PDF out.

Owns kinds of documents, the matrix of required documents, and the documents of parties. Calls party.
Publishes DocumentTaken, DocumentRevoked.
"""
