"""The entrances of the house: pages, JSON API, command line, live stream, files; what each answers to the good and to the bad."""
