"""A run for other programs: tables with HXL tags, GeoJSON, NetCDF and a workbook, under the do-no-harm rules."""
