"""Languages: every sentence is written in English where it arises, and translated where somebody reads it."""
