"""`python -m actionday` is the command `actionday`."""

from actionday.console.terminal.main import main

if __name__ == "__main__":
    main()
