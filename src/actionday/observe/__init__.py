"""What is out there? Readers of export files, and the pipeline that turns them into archive rows."""
