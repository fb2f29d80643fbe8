"""Pure rules: values in, values out; no database, no Flask, no clock."""
