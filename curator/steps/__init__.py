"""One module per arrow of the flow from documents to datasets; every technology comes in through a port."""
