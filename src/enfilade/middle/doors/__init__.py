"""The doors: rules, kept as data, that let a command through, hold it for somebody with another role, or refuse it.

Owns the door rules and what is done with held commands; the held commands themselves lie in core, where the runner
keeps them. Calls core only. Guarantees: the maker never opens the door herself, a held command runs at most once, and
it runs only as the maker, with what was shown to the person who opened.
"""
