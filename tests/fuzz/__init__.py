"""Coverage-guided fuzzing (`make fuzz`): not collected by pytest, and atheris is not among its packages."""
