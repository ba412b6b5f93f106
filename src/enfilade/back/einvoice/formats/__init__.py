"""EN 16931 in its two syntaxes: written, checked by the official rules, read, and carried inside a PDF."""
