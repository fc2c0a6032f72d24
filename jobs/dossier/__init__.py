"""What investigators open: one self-contained HTML file per case and one workbook over all cases."""
