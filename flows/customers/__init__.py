"""Customers: imported, identified, merged, corrected, erased, looked up."""
