"""Twitter / X: the archive an account downloads (`archive`), answers of the API v1.1 (`v1`) and v2 (`v2`), compliance results.

Shapes say what is picked out of the JSON (`shapes`), each reader makes one frame of tweets and one of profiles out of a
block (`columns` names them), and `staging` makes the archive's tables of those.
"""
