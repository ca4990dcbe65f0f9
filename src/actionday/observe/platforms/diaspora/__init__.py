"""diaspora*: account archives (`export`) and answers of the API v1 (`rest`)."""
