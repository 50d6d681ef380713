"""The commands of `redress`, one noun a module. Heavy imports belong inside the functions: --help must be quick."""
