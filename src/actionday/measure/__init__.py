"""What did the day change? Lifetimes, returns, migration, activity and coverage, as Estimates."""
