"""What differs between versions, span by span: found, attributed, shown."""
