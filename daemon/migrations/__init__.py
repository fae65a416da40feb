"""Schema versions. Each file in `versions/` brings the database one step further; none is ever edited."""
