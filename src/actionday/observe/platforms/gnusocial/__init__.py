"""GNU social (Quitter): answers of its Twitter-like API (`export`) and Atom feeds and backups (`atom`)."""
