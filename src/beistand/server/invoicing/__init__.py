"""From drafts to issued invoices: numbers, files, the run, mail and exports. Amounts come from billing."""
