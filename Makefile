.PHONY: docs
# Build the documentation site into docs/_build/html; a warning is an error.
docs:
	python -m sphinx -W --keep-going -b html docs docs/_build/html
