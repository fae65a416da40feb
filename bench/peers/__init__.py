"""Programs that do the same work today, measured beside the product. `make bench-peers` prints and stores it."""
