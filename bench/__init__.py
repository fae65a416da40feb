"""Measurements: the floor of the work and the product, in one run on one machine. `make bench` prints and stores them."""
