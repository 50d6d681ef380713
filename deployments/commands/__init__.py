"""The commands of `redress`, one noun a module. Heavy imports go inside functions: --help must be quick."""
